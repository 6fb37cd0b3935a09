/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a file system in memory gets before it is mounted: the files that the image has at its place, as with podman-run(1)
 * ("tmpcopyup"). Images put folders there that their programs need, /run/sshd and the like. */

#include "runner/mount-apply.h"

/* Fills the detached mount FD. The top has the owner and mode of the image's folder, except for what STEP's options say.
 *
 * Runs in:  the child, as root of its namespaces, before anything is mounted on STEP's target */
bool mount_copy_up(const MountStep *step, int fd, const MountPlace *place, GError **error);
