/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The payload's output on its way from its pipe to our standard output, or to whoever writes a log file. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct SupervisorOutput {
        int fd;           /* the pipe; -1: the payload writes elsewhere, or every writer has closed it */
        int sink_fd;      /* where it is copied to */
        bool is_socket;   /* standard output, as it is under systemd */
        bool has_written; /* anything */
        char buffer[PIPE_BUF]; /* what was read and not yet taken */
        size_t start, end;
} SupervisorOutput;

/* FD and SINK_FD are set already. */
void supervisor_output_open(SupervisorOutput *output);

/* Whether what was read waits for being taken; then nothing more is to be read. */
bool supervisor_output_is_full(const SupervisorOutput *output);

/* Copies until the pipe is empty or nothing more is taken. False: the pipe has nothing more. */
bool supervisor_output_copy(SupervisorOutput *output);

/* Copies all that is in the pipe, and waits for whoever takes it; never for its end of file. */
void supervisor_output_drain(SupervisorOutput *output);
