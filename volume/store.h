/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's named volumes, volumes/ in the store (image/store.h). No database: each is a folder, complete or absent, since it
 * is made aside and renamed.
 *
 *   NAME/data/     what containers see
 *   NAME/options   how it was made (volume/record.h); missing for a volume of which nothing was asked
 *   NAME/fresh     there as long as no container has used the volume: the first gives it the owner and, unless it says
 *                  nocopy, the files that its image has at that place
 *   NAME/incoming  those files on their way; replaces data/ by one rename
 *   .new-…         a volume being made, or left so by a crash
 *
 * A lock (flock(2)) on NAME/ is held by whoever makes the first use, and by nobody afterwards. What keeps a used volume
 * from being removed is the link `volume-NAME` in a running container's folder (image/store.h). */

#include "spec/settings.h"
#include "volume/record.h"

#include <glib.h>
#include <stdbool.h>

typedef struct VolumeStore {
        char *path;
        int fd; /* O_PATH; the folder itself */
} VolumeStore;

/* Opens the calling user's, making it where it is missing (mode 0700). */
bool volume_store_open(VolumeStore **ret_store, GError **error);

/* The same for who has read wolffia.conf already. */
bool volume_store_open_with(const Settings *settings, VolumeStore **ret_store, GError **error);
void volume_store_free(VolumeStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VolumeStore, volume_store_free)

/* NULL in RET_VOLUME, and true, when there is none. `systemd-NAME`, Quadlet's name for NAME.volume, and NAME stand for
 * each other where only one of them exists. */
bool volume_store_find(const VolumeStore *store, const char *name, VolumeRecord **ret_volume,
                       GError **error);

/* Makes a volume with the settings of FIELDS, whose name counts and whose path does not. One that exists already is an
 * error; of two that make it at the same time one gets that error (ERRNO_ERROR, EEXIST). */
bool volume_store_create(const VolumeStore *store, const VolumeRecord *fields, GError **error);

/* The same; FILL puts files into FOLDER/data before anybody sees the volume, which no container fills then. They may belong
 * to any id of the user's. */
typedef bool (*VolumeFill)(const char *folder, void *data, GError **error);
bool volume_store_create_filled(const VolumeStore *store, const VolumeRecord *fields, VolumeFill fill,
                                void *data, GError **error);

/* Finds it, or makes it. A new one that was named systemd-NAME is called NAME. */
bool volume_store_ensure(const VolumeStore *store, const char *name, VolumeRecord **ret_volume,
                         GError **error);

/* All, by name, as a GPtrArray of VolumeRecord. Caller unrefs. */
GPtrArray *volume_store_list(const VolumeStore *store);

/* Takes the lock for a first use and looks again whether it still is one (VOLUME->is_fresh). The lock is held until
 * RET_FD, the volume's folder, is closed everywhere. */
bool volume_store_lock(const VolumeStore *store, VolumeRecord *volume, int *ret_fd, GError **error);

/* No container is to give it its image's files any more. */
bool volume_store_mark_used(const VolumeStore *store, const char *name, GError **error);

/* Removes a volume with all its data, whoever owns it; in a user namespace where that is needed. */
bool volume_store_remove(const VolumeStore *store, const char *name, GError **error);
