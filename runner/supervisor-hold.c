/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A member that is being restarted is gone for a moment, and its pod must outlast that: the pod ends when nobody has come
 * back for some seconds. */

#include "runner/supervisor-hold.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define GRACE_MSEC 5000
#define STEP_MSEC  250

/* Before there is a first member the kernel reports nothing. */
static bool is_empty(void) {
        struct pollfd event = {.fd = STDIN_FILENO, .events = POLLIN};

        return poll(&event, 1, 0) > 0 && (event.revents & POLLHUP);
}

int supervisor_hold(void) {
        sigset_t stop;
        int empty_msec = 0;

        sigemptyset(&stop);
        sigaddset(&stop, SIGTERM);
        /* Process 1 of its namespace gets what it waits for, and nothing else. */
        sigprocmask(SIG_SETMASK, &stop, NULL);
        int signal_fd = signalfd(-1, &stop, SFD_CLOEXEC);
        if (signal_fd < 0)
                return 1;

        while (empty_msec < GRACE_MSEC) {
                struct pollfd events[] = {
                        {.fd = signal_fd, .events = POLLIN},
                        {.fd = empty_msec > 0 ? -1 : STDIN_FILENO, .events = POLLIN},
                };
                if (poll(events, 2, empty_msec > 0 ? STEP_MSEC : -1) < 0 && errno != EINTR)
                        return 1;
                if (events[0].revents)
                        return 0;
                empty_msec = is_empty() ? empty_msec + STEP_MSEC : 0;
        }
        return 0;
}
