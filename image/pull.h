/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Images from registries, fetched by skopeo(1) straight into the store's blobs. */

#include "image/import.h"
#include "image/reference.h"

#include <glib.h>
#include <stdbool.h>

/* Fetches what REFERENCE names (docker.io stands in for a missing registry), and imports it under IMPORT's name. Blobs
 * that the store has are not fetched again. A registry that is just "localhost" stands for the user's own images, and
 * is never asked. Caller frees RET_DIGEST. */
bool image_pull(const ImageStore *store, const ImageImport *import, const ImageReference *reference,
                char **ret_digest, GError **error);

/* What skopeo's complaint means, as one sentence with a remedy. Pure. Caller frees. */
char *image_pull_explain(const char *name, const char *complaint);
