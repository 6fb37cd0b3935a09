/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Entering a container that runs. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct ExecPlace {
        int payload_fd; /* a pidfd */
        int namespaces; /* CLONE_NEW… that the container does not share with us (SHORTCOMINGS.md, row N9) */
        int cgroup_fd; /* that the payload is in; -1: the same as ours, and so is its cgroup namespace's root */
} ExecPlace;

/* Finds out what there is to enter.
 *
 * Runs in:  a process in the container's unit, in the namespaces of the host
 * Needs:    the payload not yet waited for, or the pidfd tells */
bool exec_join_find(int payload_fd, ExecPlace *ret_place, GError **error);

/* Enters all namespaces but the cgroup namespace, and forks into the payload's cgroup; RET_CHILD is 0 in the child, which
 * enters that one too and becomes root.
 *
 * Needs:    PR_SET_DUMPABLE 0, or the payload could look into us; nothing open that it must not get
 * Leaves:   the caller in the container, but for its process and cgroup namespaces: the payload does not see it */
bool exec_join_spawn(const ExecPlace *place, pid_t *ret_child, int *ret_child_fd, GError **error);

/* Runs in:  the child, first of all */
bool exec_join_complete(const ExecPlace *place, GError **error);
