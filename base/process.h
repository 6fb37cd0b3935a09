/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Helper programs: started with clean signals and no inherited descriptors, waited for, their complaint
 * collected. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct Process {
        char *name;   /* for messages */
        pid_t pid;    /* 0 once waited for */
        int error_fd; /* read end of its standard error */
} Process;

#define PROCESS_NONE ((Process){.error_fd = -1})

/* What a helper is given: standard input and output (-1: /dev/null), and its environment (NULL: ours). */
typedef struct ProcessFiles {
        int input_fd;
        int output_fd;
        bool keep_stderr; /* it shares our standard error, so that a user sees its progress */
        bool is_apart;    /* in a process group of its own: Ctrl-C on our terminal is not for it */
        const char *const *environment;
} ProcessFiles;

#define PROCESS_FILES_NONE ((ProcessFiles){.input_fd = -1, .output_fd = -1})

/* Starts ARGV[0], looked up in $PATH and then in the system's folders (newuidmap lies in /usr/bin, but a
 * service's $PATH is the user's to break). Signal dispositions and mask are reset: services start with
 * SIGPIPE ignored, and pasta of 2023 does not run so. */
bool process_start(const char *const *argv, const ProcessFiles *files, Process *ret_process, GError **error);

/* Waits for the end. Fails with the program's own last words when its exit status is not 0; RET_STATUS (may
 * be NULL) gets the wait status then too. Frees PROCESS's parts in any case. */
bool process_finish(Process *process, int *ret_status, GError **error);

/* Kills it when it still runs, and frees its parts. */
void process_abandon(Process *process);

/* Waits for the end of a child that is no helper program, whatever interrupts the wait. RET_STATUS may be NULL. */
void process_wait(pid_t child, int *ret_status);

/* The same, after a SIGKILL. */
void process_kill(pid_t child);

/* process_start() and process_finish(). */
bool process_run(const char *const *argv, const ProcessFiles *files, GError **error);

/* Closes all descriptors from FIRST on, but for those among the COUNT of KEPT. */
bool process_close_others(int first, const int *kept, size_t count, GError **error);

/* Where PROGRAM would be started from, or NULL when it is not installed. Caller frees. */
char *process_find_program(const char *program);
