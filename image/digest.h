/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SHA-256 of what passes by. GLib's own takes five times as long as nettle's, which uses the processor's instructions
 * and is what libarchive brings along anyway; digest-fallback.c is for hosts without it. */

#include <glib.h>
#include <stddef.h>

typedef struct ImageDigest ImageDigest;

ImageDigest *image_digest_new(void);
void image_digest_free(ImageDigest *digest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageDigest, image_digest_free)

void image_digest_update(ImageDigest *digest, const void *data, size_t size);

/* "sha256:…" of all that was seen; nothing may be added afterwards. Caller frees. */
char *image_digest_finish(ImageDigest *digest);

/* The digest of something that is in memory. Caller frees. */
char *image_digest_of(const void *data, size_t size);
