/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The named volumes of a container: found, made where they are missing, and marked as in use. */

#include "runner/run.h"

#include "volume/store.h"

typedef struct MountVolumes {
        GArray *facts;      /* of MountVolume, for the plan */
        GPtrArray *records; /* of VolumeRecord */
        GPtrArray *names;   /* of char * */
        bool is_open;       /* to a container's root that is not the user */
        GArray *locks; /* int: the folders of volumes that have their first use now; the lock holds until all
                               are closed, here and in the child */
} MountVolumes;

/* Runs in:  the runner, which holds the store's lock, after rootfs_reserve()
 * Leaves:   a link volume-NAME for each in the container's folder, so that nobody removes it */
bool mount_volumes_find(const Run *run, MountVolumes **ret_volumes, GError **error);
void mount_volumes_free(MountVolumes *volumes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountVolumes, mount_volumes_free)

/* Lets others have their turn with the volumes. */
void mount_volumes_unlock(MountVolumes *volumes);

/* Removes the links of a start that failed. */
void mount_volumes_forget(const Run *run, const MountVolumes *volumes);
