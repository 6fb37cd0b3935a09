/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's image store, $XDG_DATA_HOME/wolffia. No database and no lock that outlives a crash: an entry is complete or
 * absent, since each is written aside and renamed.
 *
 *   blobs/sha256/DIGEST       what came over the network or from an archive: layers, configurations (OCI layout)
 *   images/NAME               a reference (escaped to one component) → symlink to ../records/DIGEST
 *   records/DIGEST            an image, as image/record.h; DIGEST is that of its configuration
 *   layers/KEY/DIFFID         a layer unpacked for the id map KEY (id_map_key()); DIFFID is the first 32 digits
 *   containers/NAME/          a running container's writable layer: upper/, work/, root/ (the mount point)
 *   trash/                    what is to be removed, moved here by one rename
 *
 * Layers are kept per id map because the kernel gives no idmapped mounts to users: a container with another map gets
 * its layers unpacked once more, from the blobs, at its first start. */

#include "base/id-map.h"
#include "image/record.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ImageStore {
        char *path;
        int fd; /* O_PATH; the folder itself */
} ImageStore;

/* Opens the store of the calling user, making its folders where they are missing (mode 0700). */
bool image_store_open(ImageStore **ret_store, GError **error);
void image_store_free(ImageStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageStore, image_store_free)

/* Finds an image by the name that a user writes: "nginx", "localhost/nginx:1", "docker.io/library/nginx", a digest.
 * A short name means localhost/NAME first, then docker.io/library/NAME. NULL in RET_RECORD, and true, when the store has
 * none. */
bool image_store_find(const ImageStore *store, const char *name, ImageRecord **ret_record, GError **error);

/* The folder of a layer below layers/KEY/, 32 hexadecimal digits: overlay's option string is limited to one page
 * (mount(2)), which full digests would fill with 62 layers. Caller frees. */
char *image_store_layer_name(const char *diff_id);

/* The names of layers that are not yet unpacked for a map. Caller unrefs. */
GPtrArray *image_store_missing_layers(const ImageStore *store, const ImageRecord *record, const char *map_key);
