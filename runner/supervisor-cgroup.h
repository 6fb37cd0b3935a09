/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the supervisor does with the payload's cgroup, an open folder; -1: it has none. */

#include <stdbool.h>

/* Lets a paused payload go on: a frozen process gets no signal but SIGKILL, and its unit could not be stopped in order. */
void supervisor_thaw(int cgroup_fd);

/* Whether the kernel has killed anything in the unit for want of memory. */
bool supervisor_is_out_of_memory(int cgroup_fd);

/* Removes the cgroups that a systemd has made in it, as far as the caller may. */
void supervisor_remove_cgroups(int cgroup_fd);
