/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An image comes into the store: from files (`wolffia import`), or from a registry (`wolffia pull`). The table of
 * contents of this folder. */

#include "image/manifest.h"
#include "image/progress.h"
#include "image/store.h"

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct ImageImport {
        const char *name;         /* the full name that it gets */
        const char *architecture; /* NULL: this machine's */
        JsonObject *settings;     /* for a root folder, image/config.h; NULL or empty: nothing was said */
        ImageProgress *progress;
        GPtrArray *warnings; /* sentences (char *) are appended */
        bool is_for_others;  /* the store is to be read by others: nothing is unpacked, all may read it */
} ImageImport;

/* Brings in what SOURCE_TEXT (image/source.h) names, and unpacks it for the user's default id map. RET_DIGEST is that of
 * the configuration; caller frees. */
bool image_import(const ImageStore *store, const ImageImport *import, const char *source_text,
                  char **ret_digest, GError **error);

/* The last steps, for a manifest whose blobs are in the store. The caller holds the store's lock, shared. */
bool image_import_manifest(const ImageStore *store, const ImageImport *import, const ImageManifest *manifest,
                           char **ret_digest, GError **error);
