/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is too large for the supervisor, the runner does for it, in a process of its own. */

#include <stddef.h>
#include <sys/types.h>

typedef struct SupervisorFile {
        const char *option; /* "--record-fd=", which the runner finds the number behind */
        int fd;             /* -1: left out */
} SupervisorFile;

/* Starts RUNNER ROLE OPTION… with these descriptors and no others, but for standard files, with no signal blocked. Returns
 * the process, or -1. At most 7 files. */
pid_t supervisor_spawn(const char *runner, const char *role, const SupervisorFile *files, size_t n_files);

/* A decimal number, in BUFFER of at least 12 bytes; returns its end. */
char *supervisor_print_number(char *buffer, unsigned long number);
