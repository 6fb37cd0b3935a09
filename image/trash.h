/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The store's trash/: folders to work in, which are trash unless somebody holds their lock, and the removal of what
 * nobody holds. Files there may belong to subordinate ids. */

#include "image/store.h"

#include <glib.h>
#include <stdbool.h>

/* A folder of one's own to work in. */
typedef struct ImageTrash {
        const ImageStore *store;
        char *path; /* below the store: "trash/NAME" */
        int fd;     /* the folder, open for reading; holds its lock */
} ImageTrash;

/* Makes such a folder. Freeing it removes what the caller itself can remove; the rest is left to image_trash_empty(). */
bool image_trash_open(const ImageStore *store, ImageTrash **ret_trash, GError **error);
void image_trash_free(ImageTrash *trash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageTrash, image_trash_free)

/* Whether there is anything in the trash, in use or not: two system calls, for a start that has no time to lose. */
bool image_trash_is_empty(const ImageStore *store);

/* Removes all that nobody holds, in a child with the user's full id map where plain removal does not suffice. */
bool image_trash_empty(const ImageStore *store, GError **error);
