/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `wolffia-runner --sweep-cgroups`: what the payload of a unit that has ended left of cgroups, removed.
 *
 * A systemd inside has cgroups of subordinate ids, which the user manager may not remove, and the unit's own cgroup hands
 * controllers on to them. Where all of it was killed at once, the manager could not put the next start into that cgroup:
 * cgroup v2 has no processes in a cgroup that hands controllers on (cgroups(7), "no internal processes"), and the runner,
 * which sweeps too, would never begin. */

/* Runs in:  ExecStopPost= of a container's unit; systemd has put the caller into `.control` of the unit's cgroup, as
 *           it does with control processes where Delegate=yes, and nobody else runs there
 * Leaves:   no other cgroup in the unit's, and no controller handed on
 * Returns an exit status. Anywhere else it does nothing, and fails. */
int cgroup_sweep_main(void);
