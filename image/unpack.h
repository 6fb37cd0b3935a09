/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One layer, from a tar archive into a folder, in the form that overlay wants (OCI image specification, layer.md; Linux,
 * filesystems/overlayfs). Knows nothing of the store. */

#include "base/id-map.h"

#include <archive.h>
#include <glib.h>
#include <stdbool.h>

/* Stands for ids that are negative, or do not fit 32 bits. */
#define UNPACK_ID_NONSENSE (G_MAXUINT32 - 1)

/* What was left out or bent, for one sentence afterwards. Flat, so that it can lie in memory shared with a child. */
typedef struct UnpackNotes {
        guint64 entries;
        guint64 devices;          /* device nodes, which no user may make */
        guint64 attributes;       /* extended attributes that the file system or the kernel refused */
        guint64 squashed;         /* owners and groups other than root, with a map of a single id */
        guint32 highest_id;       /* the highest id in the layer that the map lacks; 0 when it lacks none */
        char first_unmapped[128]; /* the entry that had the first such id */
} UnpackNotes;

/* Unpacks into FOLDER_FD, which is empty and owned by root of the user namespace.
 *
 * Runs in:  a child that is root of a user namespace with MAP (user_namespace_run())
 * Leaves:   the whole archive read; ids that the map lacks are in NOTES, and it is the caller who fails then */
bool unpack_layer(struct archive *tar, int folder_fd, const IdMap *map, UnpackNotes *notes, GError **error);
