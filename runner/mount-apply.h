/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries a mount plan out below the container's root. */

#include "runner/mount-plan.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Where to, and for whom. */
typedef struct MountPlace {
        int root_fd;            /* the container's root folder (O_PATH) */
        int folder_fd;          /* the container's own folder, for upper layers */
        bool is_single;         /* there is one id, root's: nothing can be given to another */
        const char *file_label; /* of new file systems; NULL: the kernel's choice */
        bool can_give;          /* files of the user's to others; otherwise the runner will */
        uid_t uid;              /* the payload's user, for volumes that are given to it */
        gid_t gid;
} MountPlace;

/* Opens what the steps bind, as detached mounts: the container's root may have no way to what the user can reach.
 *
 * Runs in:  the child, in its namespaces, before namespaces_become_root()
 * Leaves:   source_fd in the steps; the first that fails names the key that asked for it */
bool mount_open(const MountPlan *plan, GError **error);

/* Runs in:  the child, as root of its namespaces, before rootfs_enter()
 * Leaves:   all steps mounted; the first that fails names the key that asked for it */
bool mount_apply(const MountPlan *plan, const MountPlace *place, GError **error);
