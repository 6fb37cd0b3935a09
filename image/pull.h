/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Images from registries, fetched by skopeo(1) straight into the store's blobs. */

#include "image/import.h"
#include "image/reference.h"

#include <glib.h>
#include <stdbool.h>

/* What is said of a fetch beyond the name; NULL and -1 where nothing was. Values are skopeo-copy(1)'s. */
typedef struct ImagePullOptions {
        const char *os;
        const char *variant; /* of the architecture */
        const char *auth_file;
        const char *certificates; /* folder */
        const char *credentials;  /* NAME:PASSWORD */
        const char *decryption_key;
        int verify_tls; /* 0: the registry may speak plain HTTP, or have any certificate */
        int retries;
} ImagePullOptions;

#define IMAGE_PULL_OPTIONS_NONE ((ImagePullOptions){.verify_tls = -1, .retries = -1})

/* Fetches what REFERENCE names (docker.io stands in for a missing registry), and imports it under IMPORT's name. Blobs
 * that the store has are not fetched again. A registry that is just "localhost" stands for the user's own images, and
 * is never asked. Caller frees RET_DIGEST. */
bool image_pull(const ImageStore *store, const ImageImport *import, const ImageReference *reference,
                const ImagePullOptions *options, char **ret_digest, GError **error);

/* What skopeo's complaint means, as one sentence with a remedy. Pure. Caller frees. */
char *image_pull_explain(const char *name, const char *complaint);
