/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries a mount plan out below the container's root. */

#include <glib.h>
#include <stdbool.h>

/* Runs in:  the child, as root of its namespaces, before rootfs_enter(): the host's tree is still there for
 *           binds
 * Needs:    ROOT_FD, the root folder (O_PATH)
 * Leaves:   all steps mounted; the first that fails names the key that asked for it */
bool mount_apply(const GPtrArray *steps, int root_fd, GError **error);
