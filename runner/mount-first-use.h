/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a new volume gets from the first container that uses it: the files that the image has at its place, and their
 * owner and mode (podman-run(1), "copy-up"). */

#include "runner/mount-apply.h"

/* Fills the volume behind FOLDER_FD, its folder, whose lock the runner holds; complete or not at all, whatever kills us.
 *
 * Runs in:  the child, as root of its namespaces, before anything is mounted on STEP's target */
bool mount_first_use(const MountStep *step, int folder_fd, const MountPlace *place, GError **error);
