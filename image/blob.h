/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Blobs of the store: files that are named after the digest of their contents. Written in a working folder, synced,
 * renamed; one that is there is complete. */

#include "image/progress.h"
#include "image/store.h"
#include "image/trash.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ImageBlob ImageBlob;

/* Begins a blob in ASIDE, which must outlive it. */
bool image_blob_create(const ImageTrash *aside, ImageBlob **ret_blob, GError **error);
void image_blob_free(ImageBlob *blob);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageBlob, image_blob_free)
bool image_blob_write(ImageBlob *blob, const void *bytes, size_t size, GError **error);

/* Puts it into the store. Fails when its digest is not EXPECTED (NULL: any will do). Caller frees RET_DIGEST, which may
 * be NULL. */
bool image_blob_commit(ImageBlob *blob, const char *expected, char **ret_digest, GError **error);

/* Leaves it where it is written, under RET_PATH below the store, for image_blob_adopt(). Callers free. */
bool image_blob_set_aside(ImageBlob *blob, char **ret_path, char **ret_digest, GError **error);

/* Puts a file that was set aside into the store. */
bool image_blob_adopt(const ImageStore *store, const char *path, const char *digest, GError **error);

/* All of FD from its position on becomes a blob, unless the store has EXPECTED already. */
bool image_blob_copy(const ImageTrash *aside, int fd, const char *expected, ImageProgress *progress,
                     char **ret_digest, GError **error);

/* A blob made of memory: a configuration that we wrote ourselves. */
bool image_blob_store(const ImageTrash *aside, const void *bytes, size_t size, char **ret_digest,
                      GError **error);

bool image_blob_exists(const ImageStore *store, const char *digest);

/* Reads a whole document and verifies it. Caller frees. */
bool image_blob_load(const ImageStore *store, const char *digest, char **ret_text, size_t *ret_size,
                     GError **error);

/* Whether a blob is what its name says; one that is not is removed. */
bool image_blob_verify(const ImageStore *store, const char *digest, GError **error);
