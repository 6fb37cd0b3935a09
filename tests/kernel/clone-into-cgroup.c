/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* clone3(2): a child with a user namespace of its own is born into a cgroup of its parent's, and its cgroup namespace
 * begins there. runner/namespaces.c relies on it: nothing has to be moved, on no systemd. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/lib/own-cgroup.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static pid_t spawn(int cgroup_fd) {
        struct clone_args arguments = {
                .flags = CLONE_INTO_CGROUP | CLONE_NEWUSER | CLONE_NEWCGROUP | CLONE_NEWNS | CLONE_NEWPID,
                .exit_signal = SIGCHLD,
                .cgroup = (guint64) cgroup_fd,
        };
        return (pid_t) syscall(SYS_clone3, &arguments, sizeof arguments);
}

static bool make_payload(const char *cgroup, int *ret_fd, char **ret_path, GError **error) {
        *ret_path = g_build_filename(cgroup, "payload", NULL);
        if (mkdir(*ret_path, 0755) < 0 ||
            (*ret_fd = open(*ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
                return fail_errno(error, errno, "Cannot make the payload's cgroup");
        return true;
}

static bool work_born_there(const char *cgroup, GError **error) {
        g_autofree char *path = NULL, *procs_path = NULL, *procs = NULL, *seen = NULL;
        int fds[2], status;

        autofd int fd = -1;
        if (!make_payload(cgroup, &fd, &path, error) || pipe2(fds, O_CLOEXEC) < 0)
                return false;
        pid_t child = spawn(fd);
        if (child < 0)
                return fail_errno(error, errno, "clone3");
        if (child == 0) {
                char text[256];
                int self = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
                ssize_t n = read(self, text, sizeof text);
                (void) !write(fds[1], text, n > 0 ? (size_t) n : 0);
                pause();
                _exit(0);
        }
        close(fds[1]);
        char buffer[256] = "";
        (void) !read(fds[0], buffer, sizeof buffer - 1);
        close(fds[0]);
        procs_path = g_build_filename(path, "cgroup.procs", NULL);
        bool is_read = file_read(AT_FDCWD, procs_path, 0, &procs, NULL, error);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        if (!is_read)
                return false;

        if (atoi(procs) != child)
                return fail(error, WOLFFIA_ERROR_VALUE, "the child is elsewhere: '%s'", procs);
        /* To itself it is at the top: no path of the host is told. */
        seen = g_strdup(strstr(buffer, "0::"));
        if (!seen || !g_str_has_prefix(seen, "0::/\n"))
                return fail(error, WOLFFIA_ERROR_VALUE, "it sees itself at '%s'", buffer);
        return true;
}

/* What an earlier life left does not go away by itself, and is gone with one rmdir when it is empty. */
static bool work_removed_after_the_end(const char *cgroup, GError **error) {
        g_autofree char *path = NULL;

        autofd int fd = -1;
        if (!make_payload(cgroup, &fd, &path, error))
                return false;
        pid_t child = spawn(fd);
        if (child == 0)
                pause();
        if (child < 0)
                return fail_errno(error, errno, "clone3");
        if (rmdir(path) == 0 || errno != EBUSY)
                return fail(error, WOLFFIA_ERROR_VALUE, "a cgroup with a process in it could be removed");
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return rmdir(path) == 0 || fail_errno(error, errno, "Cannot remove the empty cgroup");
}

static void is_born_there_and_sees_itself_at_the_top(void) {
        own_cgroup_run(work_born_there);
}

static void holds_the_cgroup_until_it_is_reaped(void) {
        own_cgroup_run(work_removed_after_the_end);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/clone-into-cgroup/is-born-there-and-sees-itself-at-the-top",
                        is_born_there_and_sees_itself_at_the_top);
        g_test_add_func("/clone-into-cgroup/holds-the-cgroup-until-it-is-reaped",
                        holds_the_cgroup_until_it_is_reaped);
        return g_test_run();
}
