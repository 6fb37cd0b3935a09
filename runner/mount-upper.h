/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where overlays write: a layer that goes with the container's folder, or the one that upperdir= and
 * workdir= name. */

#include "runner/mount-apply.h"

#include <sys/stat.h>

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
