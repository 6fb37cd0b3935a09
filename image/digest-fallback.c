/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SHA-256 by GLib, where nettle's headers are missing at build time. */

#include "image/digest.h"

struct ImageDigest {
        GChecksum *checksum;
};

ImageDigest *image_digest_new(void) {
        ImageDigest *digest = g_new0(ImageDigest, 1);

        digest->checksum = g_checksum_new(G_CHECKSUM_SHA256);
        return digest;
}

void image_digest_free(ImageDigest *digest) {
        if (!digest)
                return;
        g_checksum_free(digest->checksum);
        g_free(digest);
}

void image_digest_update(ImageDigest *digest, const void *data, size_t size) {
        g_checksum_update(digest->checksum, data, (gssize) size);
}

char *image_digest_finish(ImageDigest *digest) {
        return g_strconcat("sha256:", g_checksum_get_string(digest->checksum), NULL);
}

char *image_digest_of(const void *data, size_t size) {
        g_autoptr(ImageDigest) digest = image_digest_new();

        image_digest_update(digest, data, size);
        return image_digest_finish(digest);
}
