/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SHA-256 by nettle. */

#include "image/digest.h"

#include <nettle/sha2.h>

struct ImageDigest {
        struct sha256_ctx context;
};

ImageDigest *image_digest_new(void) {
        ImageDigest *digest = g_new0(ImageDigest, 1);

        sha256_init(&digest->context);
        return digest;
}

void image_digest_free(ImageDigest *digest) {
        g_free(digest);
}

void image_digest_update(ImageDigest *digest, const void *data, size_t size) {
        sha256_update(&digest->context, size, data);
}

char *image_digest_finish(ImageDigest *digest) {
        guint8 bytes[SHA256_DIGEST_SIZE];
        GString *text = g_string_new("sha256:");

        sha256_digest(&digest->context, sizeof bytes, bytes);
        for (size_t i = 0; i < sizeof bytes; i++)
                g_string_append_printf(text, "%02x", bytes[i]);
        return g_string_free(text, FALSE);
}

char *image_digest_of(const void *data, size_t size) {
        g_autoptr(ImageDigest) digest = image_digest_new();

        image_digest_update(digest, data, size);
        return image_digest_finish(digest);
}
