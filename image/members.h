/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files that an image comes as, by name, whether they lie in a folder (an OCI layout) or in a tar archive. An
 * archive is read once, front to back, and its members are set aside under names of our own: what they are called is
 * only ever looked up, never used as a path. */

#include "image/progress.h"
#include "image/trash.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ImageMembers ImageMembers;

/* FOLDER_FD stays the caller's and open. ASIDE must outlive the members, here and below. */
ImageMembers *image_members_new(const ImageTrash *aside, int folder_fd);

/* Reads an archive, compressed or not, from FD's position on. */
bool image_members_load(const ImageTrash *aside, int fd, ImageProgress *progress, ImageMembers **ret_members,
                        GError **error);

void image_members_free(ImageMembers *members);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageMembers, image_members_free)

/* The store that they are taken into. */
const ImageStore *image_members_store(const ImageMembers *members);

/* Reads a document, "index.json". Caller frees. */
bool image_members_read(ImageMembers *members, const char *name, char **ret_text, size_t *ret_size,
                        GError **error);

/* Makes a member a blob of the store. Fails when its digest is not EXPECTED (NULL: any will do). RET_DIGEST may be NULL.
 * Caller frees. */
bool image_members_take(ImageMembers *members, const char *name, const char *expected,
                        ImageProgress *progress, char **ret_digest, GError **error);

/* The same for a blob of an OCI layout; one that the store has already is not looked for. */
bool image_members_take_blob(ImageMembers *members, const char *digest, ImageProgress *progress,
                             GError **error);
