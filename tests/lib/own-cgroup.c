/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Root makes a cgroup anywhere; an ordinary user does in a delegated one, which in-delegated-cgroup provides. */

#include "tests/lib/own-cgroup.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/lib/mapped.h"
#include "tests/lib/skip.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

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

static char *find_own(void) {
        g_autofree char *text = NULL;

        if (!file_read(AT_FDCWD, "/proc/self/cgroup", 0, &text, NULL, NULL))
                return NULL;
        char *line = strstr(text, "0::");
        return line ? g_strconcat("/sys/fs/cgroup", g_strstrip(line + 3), NULL) : NULL;
}

/* Moves the process into a fresh cgroup below its own. */
static bool enter_fresh(char **ret_path, GError **error) {
        g_autofree char *own = find_own(), *pid = g_strdup_printf("%d", (int) getpid());
        g_autofree char *fresh = g_strdup_printf("%s/wolffia-test-%s", own, pid);
        g_autofree char *procs = g_build_filename(fresh, "cgroup.procs", NULL);

        if (!own || mkdir(fresh, 0755) < 0)
                return fail_errno(error, errno,
                                  "Cannot make a cgroup (an ordinary user has to be in a delegated one: "
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
static int run_inside(OwnCgroupWork work, int report_fd) {
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
        g_autofree char *parent = g_path_get_dirname(path),
                        *procs = g_build_filename(parent, "cgroup.procs", NULL);
        autofd int fd = open(procs, O_WRONLY | O_CLOEXEC);
        if (fd >= 0)
                (void) !write(fd, "0", 1);
        remove_cgroups(path);
        return done ? 0 : 1;
}

void own_cgroup_run(OwnCgroupWork work) {
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
