/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What openat2(2) keeps inside, and what it cannot: a folder of the host that is still open after pivot_root(2) leads out
 * by /proc/self/fd, and a relative path from there reaches everything (CVE-2024-21626). So the runner closes them, and
 * getcwd(2) tells. */

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int open_resolved(int folder_fd, const char *path, guint64 resolve) {
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = resolve};

        /* EAGAIN: something was renamed or mounted anywhere on this host during a ".."; openat2(2) says to try again. */
        for (;;) {
                int fd = (int) syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
                if (fd >= 0 || errno != EAGAIN)
                        return fd;
        }
}

static void in_root_keeps_links_and_dots_inside(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "root/inside", "x");
        scratch_link(scratch, "root/absolute", "/inside");
        scratch_link(scratch, "root/up", "../../../inside");
        autofd int root_fd = openat(scratch->fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct stat inside, found;
        g_assert_cmpint(fstatat(root_fd, "inside", &inside, 0), ==, 0);
        static const char *const paths[] = {"/inside", "../../inside", "absolute", "up"};
        for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
                autofd int fd = open_resolved(root_fd, paths[i], RESOLVE_IN_ROOT);
                g_assert_cmpint(fd, >=, 0);
                g_assert_cmpint(fstat(fd, &found), ==, 0);
                g_assert_cmpuint(found.st_ino, ==, inside.st_ino);
        }
        /* The same path the old way is somewhere else. */
        autofd int naive_fd = openat(root_fd, "absolute", O_PATH | O_CLOEXEC);
        g_assert_cmpint(naive_fd, ==, -1);
}

static void magic_links_are_refused(void) {
        autofd int slash_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        static const char *const paths[] = {"proc/self/root", "proc/self/cwd", "proc/self/fd/0",
                                            "proc/thread-self/root/etc"};

        for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
                autofd int fd = open_resolved(slash_fd, paths[i], RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
                g_assert_cmpint(fd, ==, -1);
                g_assert_cmpint(errno, ==, ELOOP);
                /* RESOLVE_IN_ROOT alone refuses to be led elsewhere, too, by another errno. */
                autofd int other_fd = open_resolved(slash_fd, paths[i], RESOLVE_IN_ROOT);
                g_assert_cmpint(other_fd, ==, -1);
                g_assert_cmpint(errno, ==, EXDEV);
        }
        /* An ordinary link of /proc is none. */
        autofd int self_fd =
                open_resolved(slash_fd, "proc/self/status", RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
        g_assert_cmpint(self_fd, >=, 0);
}

static bool enter_root(const Scratch *scratch, GError **error) {
        g_autofree char *root = scratch_path(scratch, "root");

        if (!mapped_unshare_mounts(error))
                return false;
        if (mount(root, root, NULL, MS_BIND, NULL) < 0 || chdir(root) < 0 ||
            mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) < 0)
                return fail_errno(error, errno, "Cannot make a root");
        if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
                return fail_errno(error, errno, "Cannot enter it");
        return true;
}

static bool work_leak(void *data, GError **error) {
        const Scratch *scratch = data;
        char here[4096];

        g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", scratch->fd);
        if (!enter_root(scratch, error))
                return false;
        if (access("/secret", F_OK) == 0 || access("/etc/passwd", F_OK) == 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "the host's tree is still there");
        if (chdir(link) < 0 || access("secret", F_OK) < 0 ||
            access("../../../../../../../../etc/passwd", F_OK) < 0)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "a folder that is open no longer leads out, rejoice");
        /* The C library refuses what the kernel calls "(unreachable)…". */
        if (getcwd(here, sizeof here) || errno != ENOENT)
                return fail(error, WOLFFIA_ERROR_VALUE, "getcwd() does not tell");

        close(scratch->fd);
        if (chdir("/") < 0 || chdir(link) == 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "a closed one leads out");
        return true;
}

static void an_open_folder_leads_out_of_the_root(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "secret", "x");
        scratch_write(scratch, "root/proc", NULL);
        mapped_run_single(work_leak, scratch);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/openat2/in-root/keeps-links-and-dots-inside",
                         in_root_keeps_links_and_dots_inside);
        g_test_add_func("/openat2/no-magiclinks/refuses-them", magic_links_are_refused);
        scratch_test_add("/pivot-root/leaves-a-way-out-by-open-folders",
                         an_open_folder_leads_out_of_the_root);
        return g_test_run();
}
