/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A root folder, or a tar of one, becomes a layer in the store. */

#include "image/progress.h"
#include "image/trash.h"

#include <glib.h>
#include <stdbool.h>

/* Packs all below the folder PATH into a blob. In a folder of the user's own, files are taken as they look from inside
 * a container: the user's own are root's, those of subordinate ids belong to whom they stand for. In one of somebody
 * else's (root made it with debootstrap), owners stay as they are. Mounts below PATH are left out. Callers free. */
bool image_pack_folder(const ImageTrash *aside, const char *path, ImageProgress *progress,
                       GPtrArray *warnings, char **ret_blob, char **ret_diff_id, GError **error);

/* Copies a tar archive, as it is and compressed as it is. Callers free. */
bool image_pack_tar(const ImageTrash *aside, int fd, ImageProgress *progress, char **ret_blob,
                    char **ret_diff_id, GError **error);
