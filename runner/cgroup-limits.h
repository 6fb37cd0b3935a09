/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether limits that were asked for are in force (SHORTCOMINGS.md, rows C2 and C3). systemd accepts the properties whether
 * or not the controller behind them is delegated to the user's service manager. */

#include "runner/run.h"

#include <glib.h>

/* What is to be said about LIMITS ("MemoryMax,CPUQuota") of the cgroup UNIT_FD, a sentence each (char *). Empty: all are in
 * force. Caller unrefs. */
GPtrArray *cgroup_limits_find_inert(int unit_fd, const char *limits);

/* Runs in:  the runner, after cgroup_make()
 * Leaves:   a warning in the journal for what is not in force; by hand for limits that only a unit can have */
void cgroup_limits_warn(const Run *run);
