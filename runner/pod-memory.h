/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /dev/shm of a pod: a file system in memory, as large as ShmSize= says, which all members have. It is mounted in the pod's
 * own mount namespace, over the folder shm/ of its runtime folder; so it takes nothing of the space there, and goes with
 * the pod, whoever the files in it belong to. */

#include "runner/run.h"

/* The folder, in PEER_FOLDER of the pod. Caller frees. */
char *pod_memory_folder(const char *pod_folder);

/* Runs in:  the pod's child, before it becomes root: the way to the folder is the user's
 * Needs:    the folder */
bool pod_memory_mount(const Run *run, GError **error);

/* Has a member's child be born with it (runner/namespaces.h).
 *
 * Runs in:  the runner of a member
 * Needs:    run->peer_folder, the pod's; POD, a process in its namespaces */
bool pod_memory_share(Run *run, pid_t pod, GError **error);
