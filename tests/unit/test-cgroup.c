/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In a real cgroup of our own: root makes one, an ordinary user needs a delegated one. */

#include "runner/cgroup.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/lib/mapped.h"
#include "tests/lib/skip.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>

typedef bool (*Work)(const char *cgroup, GError **error);

static bool is_unified(const char *path) {
        struct statfs status;

        return statfs(path, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

/* A machine with cgroup v1 has the other one beside it; here, it is put where it belongs. */
static bool mount_unified(GError **error) {
        if (is_unified("/sys/fs/cgroup"))
                return true;
        if (!is_unified("/sys/fs/cgroup/unified") || geteuid() != 0)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "cgroup v2 is not mounted at /sys/fs/cgroup");
        if (!mapped_unshare_mounts(error))
                return false;
        return mount("/sys/fs/cgroup/unified", "/sys/fs/cgroup", NULL, MS_BIND, NULL) == 0 ||
               fail_errno(error, errno, "Cannot bind the unified hierarchy");
}

static char *own_cgroup(void) {
        g_autofree char *text = NULL;

        if (!file_read(AT_FDCWD, "/proc/self/cgroup", 0, &text, NULL, NULL))
                return NULL;
        char *line = strstr(text, "0::");
        return line ? g_strconcat("/sys/fs/cgroup", g_strstrip(line + 3), NULL) : NULL;
}

/* Moves the process into a fresh cgroup below its own. */
static bool enter_fresh(char **ret_path, GError **error) {
        g_autofree char *own = own_cgroup(), *pid = g_strdup_printf("%d", (int) getpid());
        g_autofree char *fresh = g_strdup_printf("%s/wolffia-test-%s", own, pid);
        g_autofree char *procs = g_build_filename(fresh, "cgroup.procs", NULL);

        if (!own || mkdir(fresh, 0755) < 0)
                return fail_errno(error, errno, "Cannot make a cgroup (an ordinary user has to be in a delegated one: "
                                                "systemd-run --user --pipe --wait -p Delegate=yes)");
        autofd int fd = open(procs, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || !file_write_all(fd, pid, strlen(pid), NULL)) {
                rmdir(fresh);
                return fail_errno(error, errno, "Cannot enter a cgroup");
        }
        *ret_path = g_steal_pointer(&fresh);
        return true;
}

static void remove_cgroups(const char *path) {
        g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
        const char *name;

        while (folder && (name = g_dir_read_name(folder))) {
                g_autofree char *child = g_build_filename(path, name, NULL);
                if (g_file_test(child, G_FILE_TEST_IS_DIR))
                        remove_cgroups(child);
        }
        rmdir(path);
}

/* 0: done, 77: skipped, else failed. */
static int run_inside(Work work, int report_fd) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = NULL;

        if (!mount_unified(&error) || !enter_fresh(&path, &error)) {
                (void) !write(report_fd, error->message, strlen(error->message));
                return 77;
        }
        bool done = work(path, &error);
        if (!done)
                (void) !write(report_fd, error->message, strlen(error->message));

        /* Out again, or it cannot be removed. */
        g_autofree char *parent = g_path_get_dirname(path), *procs = g_build_filename(parent, "cgroup.procs", NULL);
        autofd int fd = open(procs, O_WRONLY | O_CLOEXEC);
        if (fd >= 0)
                (void) !write(fd, "0", 1);
        remove_cgroups(path);
        return done ? 0 : 1;
}

static void run(Work work) {
        char message[1024] = "";
        int fds[2], status;

        g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
        pid_t child = fork();
        if (child == 0)
                _exit(run_inside(work, fds[1]));
        close(fds[1]);
        (void) !read(fds[0], message, sizeof message - 1);
        close(fds[0]);
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77)
                skip_test("%s", message);
        else if (status != 0)
                g_test_fail_printf("%s", message);
}

static bool expect_folder(const char *cgroup, const char *name, int fd, GError **error) {
        g_autofree char *path = g_build_filename(cgroup, name, NULL);
        struct stat left, right;

        if (fd < 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "no descriptor for %s", name);
        if (fstat(fd, &left) < 0 || stat(path, &right) < 0)
                return fail_errno(error, errno, "Cannot look at %s", path);
        if (left.st_ino != right.st_ino)
                return fail(error, WOLFFIA_ERROR_VALUE, "it is not %s", path);
        return (fcntl(fd, F_GETFD) & FD_CLOEXEC) || fail(error, WOLFFIA_ERROR_VALUE, "the descriptor stays open over exec");
}

static bool work_unit(const char *cgroup, GError **error) {
        autofd int fd = -1;

        return cgroup_make("web.service", &fd, error) && expect_folder(cgroup, "payload", fd, error);
}

static bool work_twice(const char *cgroup, GError **error) {
        autofd int first_fd = -1, second_fd = -1;

        return cgroup_make("web.service", &first_fd, error) && cgroup_make("web.service", &second_fd, error) &&
               expect_folder(cgroup, "payload", second_fd, error);
}

/* As after kill -9: a systemd inside had made cgroups of its own, and they belong to subordinate ids. */
static bool work_leftover(const char *cgroup, GError **error) {
        g_autofree char *leftover = g_build_filename(cgroup, "payload/init.scope", NULL);
        autofd int fd = -1, next_fd = -1;

        if (g_mkdir_with_parents(leftover, 0755) < 0)
                return fail_errno(error, errno, "Cannot make %s", leftover);
        return cgroup_make("web.service", &fd, error) && expect_folder(cgroup, "payload-2", fd, error) &&
               cgroup_make("web.service", &next_fd, error) && expect_folder(cgroup, "payload-2", next_fd, error);
}

static bool work_by_hand(const char *cgroup, GError **error) {
        g_autofree char *path = g_build_filename(cgroup, "payload", NULL);
        int fd = 7;

        if (!cgroup_make(NULL, &fd, error))
                return false;
        if (fd != -1 || g_file_test(path, G_FILE_TEST_EXISTS))
                return fail(error, WOLFFIA_ERROR_VALUE, "somebody else's cgroup was divided");
        fd = 7;
        return cgroup_make("", &fd, error) && (fd == -1 || fail(error, WOLFFIA_ERROR_VALUE, "the same without a name"));
}

static bool work_marked(const char *cgroup, GError **error) {
        autofd int fd = -1;

        if (setxattr(cgroup, "user.delegate", "1", 1, 0) < 0)
                return fail_errno(error, errno, "Cannot mark the cgroup");
        return cgroup_make(NULL, &fd, error) && expect_folder(cgroup, "payload", fd, error);
}

static bool work_refused(const char *cgroup, GError **error) {
        g_autoptr(GError) refusal = NULL;
        int fd = -1;
        int status;

        /* Root is refused nothing, so that it is somebody else who asks. */
        pid_t child = fork();
        if (child == 0) {
                if (geteuid() == 0 ? setresuid(65534, 65534, 65534) < 0 : chmod(cgroup, 0555) < 0)
                        _exit(2);
                bool made = cgroup_make("web.service", &fd, &refusal);
                _exit(!made && strstr(refusal->message, "Delegate=yes") && strstr(refusal->message, "web.service") ? 0 : 1);
        }
        if (waitpid(child, &status, 0) != child || status != 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "the refusal is not explained (%d)", status);
        return true;
}

static void makes_a_cgroup_for_the_payload(void) {
        run(work_unit);
}

static void takes_an_empty_one_that_is_left(void) {
        run(work_twice);
}

static void evades_one_that_cannot_be_removed(void) {
        run(work_leftover);
}

static void leaves_others_alone_by_hand(void) {
        run(work_by_hand);
}

static void takes_what_systemd_has_marked(void) {
        run(work_marked);
}

static void explains_a_refusal(void) {
        run(work_refused);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/cgroup/make/makes-one-for-the-payload", makes_a_cgroup_for_the_payload);
        g_test_add_func("/cgroup/make/takes-an-empty-one-that-is-left", takes_an_empty_one_that_is_left);
        g_test_add_func("/cgroup/make/evades-one-that-cannot-be-removed", evades_one_that_cannot_be_removed);
        g_test_add_func("/cgroup/make/leaves-others-alone-by-hand", leaves_others_alone_by_hand);
        g_test_add_func("/cgroup/make/takes-what-systemd-has-marked", takes_what_systemd_has_marked);
        g_test_add_func("/cgroup/make/explains-a-refusal", explains_a_refusal);
        return g_test_run();
}
