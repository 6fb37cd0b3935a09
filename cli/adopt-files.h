/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which files a user has for Podman's Quadlet, and copies of them for Wolffia. */

#include <glib.h>
#include <stdbool.h>

typedef enum AdoptState {
        ADOPT_NEW,
        ADOPT_SAME,      /* a copy is there already */
        ADOPT_DIFFERENT, /* another file of that name is there; it stays */
} AdoptState;

typedef struct AdoptFile {
        char *name; /* below both folders: "web.container", "web.container.d/10-x.conf" */
        char *text; /* of a file; of a link, where it leads */
        gsize size;
        bool is_link;
        AdoptState state;
} AdoptFile;

/* The source and drop-in files below FROM, an array of AdoptFile in the order of their names, each with its state below
 * TO. NAMES (NULL-terminated; empty: all) are names with or without extension; one that is nowhere is an error, and a
 * file's drop-ins come with it. Caller unrefs. */
bool adopt_files_find(const char *from, const char *to, const char *const *names, GPtrArray **ret_files,
                      GError **error);

/* Copies all that are ADOPT_NEW below TO. Each appears whole, none replaces another; after a failure none is there. */
bool adopt_files_copy(const GPtrArray *files, const char *to, GError **error);

/* Removes what is ADOPT_SAME below TO. */
bool adopt_files_remove(const GPtrArray *files, const char *to, GError **error);
