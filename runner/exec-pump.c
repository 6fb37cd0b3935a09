/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pipe that poll() calls writable takes PIPE_BUF bytes (pipe(7)), and that is the buffer: O_NONBLOCK, which others who have
 * the same file open would feel, is not needed. */

#include "runner/exec-pump.h"

#include <errno.h>
#include <unistd.h>

static void close_one(int *fd) {
        if (*fd > STDERR_FILENO)
                close(*fd);
        *fd = -1;
}

void exec_pump_close(ExecPump *pump) {
        if (pump->to != pump->from && !pump->keeps_to)
                close_one(&pump->to);
        close_one(&pump->from);
}

static bool is_full(const ExecPump *pump) {
        return pump->start < pump->end;
}

struct pollfd exec_pump_event(const ExecPump *pump) {
        if (pump->from < 0 || pump->to < 0)
                return (struct pollfd){.fd = -1};
        return is_full(pump) ? (struct pollfd){.fd = pump->to, .events = POLLOUT}
                             : (struct pollfd){.fd = pump->from, .events = POLLIN};
}

static void put(ExecPump *pump) {
        ssize_t n = write(pump->to, pump->buffer + pump->start, pump->end - pump->start);

        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return;
        if (n < 0) { /* nobody takes it any more; who writes learns it by SIGPIPE */
                exec_pump_close(pump);
                return;
        }
        pump->start += (gsize) n;
}

static void get(ExecPump *pump) {
        ssize_t n = read(pump->from, pump->buffer, sizeof pump->buffer);

        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return;
        if (n <= 0) { /* EIO: the last one has closed a terminal */
                exec_pump_close(pump);
                return;
        }
        pump->start = 0;
        pump->end = (gsize) n;
}

void exec_pump_run(ExecPump *pump, short revents) {
        if (!revents || pump->from < 0 || pump->to < 0)
                return;
        if (!is_full(pump))
                get(pump);
        /* Output has nothing else to wait for; to a command's input it goes when that is writable. */
        if (pump->from >= 0 && is_full(pump) && (pump->to <= STDERR_FILENO || (revents & POLLOUT)))
                put(pump);
}

void exec_pump_drain(ExecPump *pump) {
        while (pump->from >= 0 && pump->to >= 0) {
                struct pollfd event = {.fd = pump->from, .events = POLLIN};
                if (is_full(pump)) {
                        put(pump);
                        continue;
                }
                if (poll(&event, 1, 0) <= 0)
                        return;
                get(pump);
        }
}
