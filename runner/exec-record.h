/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is needed to run one more program in a container that runs: what its start worked out, kept in a file in memory that
 * the supervisor holds. The environment is in it, secrets included, so it has no name anywhere. */

#include "runner/run.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ExecRecord {
        ContainerSpec *spec;
        GPtrArray *environment; /* KEY=VALUE, complete but for HOME */
        IdMap *map;
        GByteArray *seccomp_filter; /* as in Run */
        char *user;                 /* USER[:GROUP] of the payload */
        char *folder;
        char *container_dir; /* the runtime folder */
} ExecRecord;

void exec_record_free(ExecRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExecRecord, exec_record_free)

/* The command line that gives the spec back, the image's own health check included. Caller unrefs. */
GPtrArray *exec_record_words(const Run *run);

/* Runs in:  the runner, once image, environment and map are known */
bool exec_record_write(const Run *run, int *ret_fd, GError **error);

/* A record of another version of the format is an error: the container has been started before an update. */
bool exec_record_read(int fd, ExecRecord **ret_record, GError **error);
