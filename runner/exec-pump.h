/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Copies from one descriptor to another inside somebody's poll() loop: a buffer full at a time, never waiting to read. */

#include <glib.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>

typedef struct ExecPump {
        int from;      /* -1: nothing is left to read */
        int to;        /* -1: nobody takes any more */
        bool keeps_to; /* a terminal: it is not closed at the end of the input */
        gsize start, end;
        char buffer[PIPE_BUF];
} ExecPump;

#define EXEC_PUMP_NONE ((ExecPump){.from = -1, .to = -1})

/* What to wait for. */
struct pollfd exec_pump_event(const ExecPump *pump);
/* Goes on, when that has happened. The other side of a pipe sees the end of the input. */
void exec_pump_run(ExecPump *pump, short revents);
/* Copies what is there, until nothing is. */
void exec_pump_drain(ExecPump *pump);
/* Closes its descriptors, but for our own standard files. */
void exec_pump_close(ExecPump *pump);
