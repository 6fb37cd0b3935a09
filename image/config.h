/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The configuration of an image, a JSON document (OCI image specification, config.md): read into the fields of a record,
 * or written for a root folder that came without one. */

#include "image/manifest.h"
#include "image/record.h"
#include "image/store.h"

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/* The fields of a record, and the memory that they point at. */
typedef struct ImageConfig {
        ImageRecord fields;
        GPtrArray *memory;
} ImageConfig;

void image_config_free(ImageConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageConfig, image_config_free)

/* Reads the configuration that a manifest names. Fails when it is not for ARCHITECTURE, or does not fit the manifest. */
bool image_config_load(const ImageStore *store, const ImageManifest *manifest, const char *architecture,
                       ImageConfig **ret_config, GError **error);

/* The same from memory. */
bool image_config_parse(const char *text, size_t size, const ImageManifest *manifest,
                        const char *architecture, ImageConfig **ret_config, GError **error);

/* The "config" part of a configuration to be written, empty. Caller unrefs. */
JsonObject *image_config_new_settings(void);

/* Applies one line as in a Containerfile (`CMD ["nginx"]`, `ENV A=b`, `EXPOSE 80`…) to such a part. */
bool image_config_change(JsonObject *settings, const char *line, GError **error);

/* The document for a root folder of one layer. Caller frees. */
char *image_config_print(JsonObject *settings, const char *architecture, const char *diff_id);
