/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where the payload is born: a sub-cgroup of the unit's own, which systemd has delegated (Delegate=yes). */

#include <glib.h>
#include <stdbool.h>

/* Runs in:  the runner
 * Needs:    cgroup v2; a delegated cgroup, or nothing is made and RET_FD is -1 (a container started by hand
 *           stays in the caller's cgroup)
 * Leaves:   the sub-cgroup `payload`; systemd removes it with the unit's. One that an earlier life left, and
 *           that holds cgroups of subordinate ids, does not hinder: then a fresh name is taken. */
bool cgroup_make(const char *unit, int *ret_fd, GError **error);

/* Hands the unit's controllers on to the payload's cgroup, for a payload that sets limits itself.
 *
 * Runs in:  the runner
 * Needs:    nobody but the runner in the unit's cgroup
 * Leaves:   the runner, and what it starts, in the sub-cgroup `supervisor`: cgroup v2 has no processes in a cgroup
 *           that hands controllers on. A controller that is refused is left out */
bool cgroup_divide(int payload_fd, GError **error);

/* Takes those controllers back. They stay where a cgroup below hands them on still. */
void cgroup_undivide(int unit_fd);

/* Whether cgroups of an earlier life lie beside the payload's. */
bool cgroup_has_leftovers(int payload_fd);

/* Removes those, as far as the caller may. Runs in: a child as root of the user namespace that has their owners. */
void cgroup_remove_leftovers(int payload_fd);

/* Removes NAME in PARENT_FD with all cgroups in it, as far as the caller may. False: it is there still. */
bool cgroup_remove(int parent_fd, const char *name);

/* The caller's cgroup: "/sys/fs/cgroup/user.slice/…". Caller frees. Fails outside of the unified hierarchy. */
bool cgroup_find_own_path(char **ret_path, GError **error);
