/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What overlays lie over, and where they write: a layer that goes with the container's folder, or the one that upperdir= and
 * workdir= name. */

#include "runner/mount-apply.h"

#include <sys/stat.h>

/* Opens the folder that STEP's layer is to lie over, where it is mounted and not as a mount of its own: before Linux 6.15 overlay
 * takes no layer that is mounted nowhere.
 *
 * Runs in:  the child, in its namespaces, before namespaces_become_root()
 * Leaves:   step->source_fd */
bool mount_lower_open(MountStep *step, GError **error);

/* The same folder for the mount: a volume's once it has what the image has for it, with subpath= the part. The caller closes it.
 *
 * Runs in:  the child, as root of its namespaces */
bool mount_lower_take(const MountStep *step, const MountPlace *place, int *ret_fd, GError **error);

/* Opens what STEP names; without names it is nothing.
 *
 * Runs in:  the child, in its namespaces, before namespaces_become_root() */
bool mount_upper_open(MountStep *step, GError **error);

/* Makes the layer, unless STEP has it open. LOWER: what it lies over; NULL: nothing that it could take owner and mode
 * from. The caller closes both.
 *
 * Runs in:  the child, as root of its namespaces */
bool mount_upper_make(const MountStep *step, const MountPlace *place, const struct stat *lower,
                      int *ret_upper_fd, int *ret_work_fd, GError **error);
