/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Images leave the store. A name goes at once; what it stood for goes with its last name, unless a container uses it.
 * Blobs and layers that no record needs are found by looking at all records, so that a removal that was cut short is
 * made up for by the next. */

#include "image/store.h"

#include <glib.h>
#include <stdbool.h>

typedef enum ImageRemoved {
        IMAGE_REMOVED_NAME,  /* the image has other names */
        IMAGE_REMOVED_IMAGE, /* with all that only it needed */
} ImageRemoved;

/* Removes one image by what image_store_find() takes; a digest removes all its names. Fails while a container uses the
 * image that would go. The caller holds the store's lock, exclusively, here and below. */
bool image_remove(const ImageStore *store, const char *name, ImageRemoved *ret_removed, GError **error);

/* Removes the records that have lost their names and are used by no container. */
bool image_remove_unnamed(const ImageStore *store, guint *ret_count, GError **error);

/* Moves all blobs and layers that no record needs and that are older than AGE_SECONDS into the trash, and empties it.
 * What an import or a pull that failed has left makes the next attempt faster, for a while. */
bool image_remove_unneeded(const ImageStore *store, gint64 age_seconds, GError **error);

/* The same for the end of an import, if nobody else uses the store just now: what is older than a day. */
void image_remove_leftovers(const ImageStore *store);
