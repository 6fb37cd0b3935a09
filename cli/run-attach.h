/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The side of `wolffia run` that stays in the foreground: it copies what the container gets and says, passes signals on, and
 * waits. A container never holds a terminal or a file of the caller's (runner/payload-input.h). */

#include "cli/run.h"
#include "runner/exec-pump.h"
#include "runner/raw-terminal.h"

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

typedef struct RunAttach {
        bool is_interactive, has_terminal;
        int given[3];      /* for the runner: standard input, output and error */
        int connection_fd; /* the terminal comes from there */
        int terminal_fd;   /* its master side */
        int signal_fd;
        sigset_t before;
        RawTerminal raw;
        ExecPump input, output;
} RunAttach;

/* What is waited for: whatever makes FD ready. STEP is called then and before each waiting, and returns true at the end or
 * with an error. */
typedef struct RunAwaited {
        int fd;
        short events;
        bool (*step)(void *data, GError **error);
        void (*signal)(void *data, int number); /* one of ours that is meant for the container */
        void *data;
} RunAwaited;

/* Blocks signals from here on, and makes what the runner is to be given. */
bool run_attach_open(const RunOptions *options, RunAttach *ret_attach, GError **error);

/* The runner has its files, or will never need them. */
void run_attach_give(RunAttach *attach);

bool run_attach_wait(RunAttach *attach, const RunAwaited *awaited, GError **error);

/* Copies what is left, and leaves the terminal as it was. */
void run_attach_close(RunAttach *attach);
