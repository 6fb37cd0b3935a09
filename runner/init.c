/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-init: process 1 of a container with RunInit=yes, where the host has no catatonit(1). It reaps whatever loses its
 * parent, passes signals on, and ends as its child ends. Like the supervisor it links nothing (base/bare-system.c), so
 * that it runs in any image.
 *
 *   wolffia-init [--] COMMAND… */

#include "runner/init-exec.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void complain(const char *text, const char *more) {
        static const char name[] = "wolffia-init: ";

        (void) !write(STDERR_FILENO, name, sizeof name - 1);
        (void) !write(STDERR_FILENO, text, strlen(text));
        (void) !write(STDERR_FILENO, more, strlen(more));
        (void) !write(STDERR_FILENO, "\n", 1);
}

/* A process group of its own, which is the terminal's where there is one: what is typed there is for the command. All
 * signals are blocked still, or this would stop us. */
static int become_command(char **words) {
        sigset_t none;
        pid_t own = getpid();

        (void) setpgid(0, 0);
        (void) ioctl(STDIN_FILENO, TIOCSPGRP, &own);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        int status = init_exec(words);
        complain(status == 127 ? "there is no program " : "cannot execute ", words[0]);
        return status;
}

/* Whether the command, CHILD, is among those who have ended; RET_STATUS is how. */
static bool reap(pid_t child, int *ret_status) {
        bool has_ended = false;
        int status;
        pid_t pid;

        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
                if (pid == child) {
                        *ret_status = status;
                        has_ended = true;
                }
        return has_ended;
}

static int wait_for_end(int signal_fd, pid_t child) {
        struct signalfd_siginfo info;
        int status = 0;

        for (;;) {
                if (read(signal_fd, &info, sizeof info) != sizeof info)
                        continue;
                int number = (int) info.ssi_signo;
                if (number == SIGCHLD) {
                        if (reap(child, &status))
                                break;
                } else
                        (void) kill(child, number);
        }
        /* As shells say it; a process 1 cannot end itself by a signal. */
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv) {
        int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
        sigset_t all;

        if (first >= argc) {
                complain("usage: wolffia-init [--] COMMAND…", "");
                return 64;
        }
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        int signal_fd = signalfd(-1, &all, SFD_CLOEXEC);
        pid_t child = fork();
        if (signal_fd < 0 || child < 0) {
                complain("cannot start the command", "");
                return 125;
        }
        if (child == 0)
                _exit(become_command(argv + first));
        return wait_for_end(signal_fd, child);
}
