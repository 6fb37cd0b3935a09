/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Exit statuses of wolffia-runner. The payload's own passes through unchanged, so these are podman-run(1)'s,
 * and systemd.exec(5)'s for what no restart will cure. */
typedef enum ExitStatus {
        EXIT_STATUS_NOT_STARTED = 125,  /* the container could not be set up */
        EXIT_STATUS_NOT_EXECUTED = 126, /* the image's program cannot be executed */
        EXIT_STATUS_NOT_FOUND = 127,    /* the image has no such program */
        EXIT_STATUS_CONFIG = 78,        /* EX_CONFIG: the definition is wrong */
        EXIT_STATUS_USAGE = 64,         /* EX_USAGE: the command line is wrong */
} ExitStatus;
