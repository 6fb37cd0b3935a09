/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Layers of an image in the store, unpacked from their blobs for an id map. */

#include "base/id-map.h"
#include "image/progress.h"
#include "image/store.h"

#include <glib.h>
#include <stdbool.h>

/* Unpacks what image_store_missing_layers() names, in one child with MAP, and checks each layer against its diff id.
 * Layers appear whole or not at all, one by one: what is done is done when a later one fails. Sentences about what was
 * left out are appended to WARNINGS (of char *). The caller holds the store's lock, shared. */
bool image_layers_unpack(const ImageStore *store, const ImageRecord *record, const IdMap *map,
                         ImageProgress *progress, GPtrArray *warnings, GError **error);
