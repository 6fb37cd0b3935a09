/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/payload-input.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/exec-terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static bool is_pipe(const ContainerSpec *spec) {
        return g_strcmp0(spec->standard_input, "pipe") == 0;
}

static bool is_terminal(const ContainerSpec *spec) {
        return g_strcmp0(spec->standard_input, "terminal") == 0;
}

bool payload_input_check(const ContainerSpec *spec, GError **error) {
        struct stat status;

        if (!is_pipe(spec) && !is_terminal(spec))
                return true;
        if (fstat(STDIN_FILENO, &status) < 0)
                return fail_errno(error, errno, "--standard-input=%s: there is no standard input",
                                  spec->standard_input);
        /* A file or a terminal of the host would be open in the container. */
        if (is_pipe(spec) ? !S_ISFIFO(status.st_mode) : !S_ISSOCK(status.st_mode))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "--standard-input=%s: standard input is no %s; 'wolffia run %s' makes one",
                            spec->standard_input, is_pipe(spec) ? "pipe" : "socket",
                            is_pipe(spec) ? "-i" : "-it");
        return true;
}

/* Failing leaves the pipe open, which harms nobody. */
void payload_input_drop(const ContainerSpec *spec) {
        if (!is_pipe(spec) && !is_terminal(spec))
                return;
        autofd int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null_fd >= 0)
                (void) dup2(null_fd, STDIN_FILENO);
}

static bool open_terminal(GError **error) {
        struct winsize size = {0};

        if (recv(STDIN_FILENO, &size, sizeof size, MSG_DONTWAIT) != sizeof size)
                size = (struct winsize){0};
        return exec_terminal_open(STDIN_FILENO, &size, error);
}

/* Lines end in the log as they end in a pipe. Whatever wants to know the size finds the usual one. */
static bool open_logged_terminal(int socket_fd, GError **error) {
        const struct winsize size = {.ws_row = 24, .ws_col = 80};
        struct termios settings;

        if (!exec_terminal_open(socket_fd, &size, error))
                return false;
        if (tcgetattr(STDIN_FILENO, &settings) == 0) {
                settings.c_oflag &= ~(tcflag_t) ONLCR;
                settings.c_lflag &= ~(tcflag_t) ECHO;
                (void) tcsetattr(STDIN_FILENO, TCSANOW, &settings);
        }
        return true;
}

/* A pipe that is its own writer: reading waits for as long as somebody has it open, and nobody else holds an end of it. */
static bool open_idle_pipe(GError **error) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        autofd int read_fd = fds[0], write_fd = fds[1];
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", read_fd);
        autofd int both_fd = open(path, O_RDWR | O_CLOEXEC);
        return (both_fd >= 0 && dup2(both_fd, STDIN_FILENO) >= 0) ||
               fail_errno(error, errno, "Cannot open the standard input");
}

bool payload_input_connect(const Run *run, bool *ret_has_terminal, GError **error) {
        const ContainerSpec *spec = run->spec;
        bool is_logged = spec->tty == TRISTATE_YES && !is_terminal(spec);

        *ret_has_terminal = is_logged || is_terminal(spec);
        if (is_logged)
                return open_logged_terminal(run->payload_fd, error);
        if (is_terminal(spec))
                return open_terminal(error);
        if (is_pipe(spec))
                return true;
        if (spec->interactive == TRISTATE_YES)
                return open_idle_pipe(error);
        autofd int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        return (null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0) ||
               fail_errno(error, errno, "Cannot open /dev/null");
}
