/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The stage "mount" as a whole: planned by the runner, carried out by the child. */

#include "runner/mount-plan.h"
#include "runner/mount-volumes.h"
#include "runner/rootfs.h"
#include "runner/run.h"

/* Runs in:  the runner, after network_choose() and rootfs_reserve()
 * Leaves:   run->volumes, run->mounts; what the kernel does not give is told in the journal */
bool mount_prepare(Run *run, GError **error);

/* Runs in:  the child, in its namespaces, before namespaces_become_root(): it has the user's way to files, and all
 *           capabilities over the mapped ones
 * Leaves:   RET_ROOTFS, and everything of the host that is to be mounted, open */
bool mount_open_all(const Run *run, Rootfs *ret_rootfs, GError **error);

/* Runs in:  the child, as root of its namespaces
 * Leaves:   the container's root entered, with all its mounts; ROOTFS closed */
bool mount_all(Run *run, Rootfs *rootfs, GError **error);
