/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is in the store, for people and for removal. Not for the start path. */

#include "image/store.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ImageListed {
        char *name;   /* full; NULL for a record that has lost its names */
        char *digest; /* "sha256:…" */
} ImageListed;

/* All names, sorted, then the records without one. A GPtrArray of ImageListed; caller unrefs. */
GPtrArray *image_list(const ImageStore *store);

/* The names of the running containers that use an image, by containers/NAME/image and the lock on that folder. The caller
 * holds the store's lock exclusively, so that no start is under way. Caller frees with g_strfreev(). */
char **image_list_users(const ImageStore *store, const char *digest);

/* Bytes of an image's blobs in the store. */
guint64 image_list_size(const ImageStore *store, const ImageRecord *record);
