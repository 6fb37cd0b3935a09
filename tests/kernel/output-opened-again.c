/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Images open /dev/stdout and /dev/stderr again (nginx's and httpd's log files are links to them). A socket, which the
 * journal's stream is, cannot be opened; a pipe can, by its owner. So the payload's output is a pipe that is given to it. */

#include "base/error.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Opens what FD is open on, as user 33 of the container. The errno value, 0 when it works. */
static int open_again(int fd) {
        int status;
        pid_t child = fork();

        if (child == 0) {
                g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
                if (setgroups(0, NULL) < 0 || setresgid(33, 33, 33) < 0 || setresuid(33, 33, 33) < 0)
                        _exit(255);
                /* As after the exec: without, /proc/self belongs to root. */
                prctl(PR_SET_DUMPABLE, 1);
                _exit(open(path, O_WRONLY | O_CLOEXEC) < 0 ? errno : 0);
        }
        return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static bool expect(int found, int expected, const char *what, GError **error) {
        return found == expected ||
               fail(error, WOLFFIA_ERROR_VALUE, "%s: %d instead of %d", what, found, expected);
}

static bool work(void *data, GError **error) {
        int fds[2], sockets[2];

        if (pipe2(fds, O_CLOEXEC) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        if (!expect(open_again(sockets[1]), ENXIO, "a socket", error) ||
            !expect(open_again(fds[1]), EACCES, "somebody else's pipe", error))
                return false;
        if (fchown(fds[1], 33, 33) < 0)
                return fail_errno(error, errno, "Cannot give the pipe away");
        return expect(open_again(fds[1]), 0, "the own pipe", error);
}

static void a_pipe_can_be_opened_by_its_owner(void) {
        mapped_run_many(work, NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/output-opened-again/works-for-the-owner-of-a-pipe",
                        a_pipe_can_be_opened_by_its_owner);
        return g_test_run();
}
