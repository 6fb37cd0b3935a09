/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a running container needs others to know: the file `state`, a GKeyFile, in its runtime folder
 * ($XDG_RUNTIME_DIR/wolffia/NAME/, NAME being the unit's without .service). It is there before the payload's first
 * instruction, and goes with the folder. Whoever reads it asks state_is_alive() whether it still holds: without a
 * unit, a killed supervisor leaves it behind. */

#include "runner/run.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Strings are "" and lists empty where there is nothing to say. */
typedef struct ContainerState {
        char *name;
        char *unit;           /* "" by hand */
        char *image;          /* as it was asked for; "" with Rootfs= */
        char *digest;         /* of the image: "sha256:…" */
        char *rootfs;         /* Rootfs= */
        pid_t supervisor;     /* in the reader's pid namespace, like payload */
        pid_t payload;        /* process 1 of the container */
        guint64 payload_time; /* its start time in clock ticks since boot, as in /proc/PID/stat */
        char *cgroup;         /* of the payload, below /sys/fs/cgroup: "/user.slice/…/payload" */
        char *network;        /* the kind: "none", "host", "pasta", … */
        char *joined;         /* the container or pod whose network it uses; "": none */
        bool has_joined_pod;
        bool is_pod;       /* it is none itself, but a pod */
        char **ports;      /* [ADDRESS:]HOST:CONTAINER/PROTOCOL, host ports as they are in force */
        char **namespaces; /* that are not the host's: "user", "mnt", "pid", … as in /proc/PID/ns/ */
        char **users;      /* the id map, as lines of /proc/PID/uid_map: "0 1000 1" */
        char **groups;
        char *log_driver;  /* "journald", "passthrough", "none", … */
        char *log_path;    /* the file of k8s-file; "": none */
        gint64 start_usec; /* since the epoch */
} ContainerState;

void container_state_free(ContainerState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContainerState, container_state_free)

/* Writes the file, as a whole.
 *
 * Runs in:  the runner, while the child mounts
 * Needs:    run->child alive, its maps written; session.container_dir
 * Leaves:   the file `state` in that folder */
bool state_write(const Run *run, GError **error);

/* By hand the folder is named after the container, and in a unit after the unit: whether a container of another name runs in
 * it. Without a unit only, and before anything is written into it. */
bool state_check_folder(const Run *run, GError **error);

/* Reads the file in the runtime folder FOLDER. A folder without one is WOLFFIA_ERROR_NOT_FOUND: its container is not
 * running yet, or not any more. */
bool state_load(const char *folder, ContainerState **ret_state, GError **error);

/* Whether its payload still runs: a process of that id that was started at that time. */
bool state_is_alive(const ContainerState *state);

/* Whether it is paused: all processes of its cgroup are frozen. */
bool state_is_frozen(const ContainerState *state);
