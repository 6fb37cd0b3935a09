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
