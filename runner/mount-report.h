/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the child finds out about volumes and the runner has to act on, in memory that they share: the child has no way to
 * the journal, and its root may have no power over the user's files. */

#include "runner/run.h"

/* Runs in:  the runner, once the plan is made
 * Leaves:   run->report; NULL where no volume needs one */
bool mount_report_open(Run *run, GError **error);

/* Notes who the payload will be.
 *
 * Runs in:  the child */
void mount_report_user(const Run *run, uid_t uid, gid_t gid);

/* Tries what the payload may do with its volumes (row F5): modes, ACLs, groups and capabilities are all weighed, since it
 * is the kernel who is asked.
 *
 * Runs in:  the child, right before the payload is executed, as the payload's user */
void mount_report_access(const Run *run);

/* Gives volumes with the option U to the payload's user where the container's root could not.
 *
 * Runs in:  the runner, when all is mounted */
bool mount_report_give(const Run *run, GError **error);

/* Tells what the payload cannot read, or cannot write into, with the cheapest cures.
 *
 * Runs in:  the runner, when the payload runs */
void mount_report_tell(const Run *run);
