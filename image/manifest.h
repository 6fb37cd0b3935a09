/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From the files of an image to its manifest: which configuration, which layers, all of them blobs of the store when
 * these functions return. (OCI image specification, image-layout.md, image-index.md, manifest.md; the format of
 * `docker save`, Docker image specification 1.2.) */

#include "image/members.h"
#include "image/progress.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ImageManifest {
        char *digest; /* of the manifest itself; "" when there is none in the store */
        char *config;
        GPtrArray *layers; /* digests (char *), lowest first */
} ImageManifest;

void image_manifest_free(ImageManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageManifest, image_manifest_free)

/* What to choose where there is a choice. */
typedef struct ImageChoice {
        const char *architecture; /* as Go spells it */
        const char
                *name; /* a name or tag inside of an archive with several images; NULL: there is but one */
} ImageChoice;

/* An OCI layout. */
bool image_manifest_load_oci(ImageMembers *members, const ImageChoice *choice, ImageProgress *progress,
                             ImageManifest **ret_manifest, GError **error);

/* What `docker save` writes. */
bool image_manifest_load_docker(ImageMembers *members, const ImageChoice *choice, ImageProgress *progress,
                                ImageManifest **ret_manifest, GError **error);
