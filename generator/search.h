/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where unit files lie, which of them count, and where their drop-ins are. Each folder is listed once, and
 * nothing else is asked of the file system. */

#include "generator/source.h"
#include "spec/settings.h"
#include "spec/unit-dropins.h"

#include <glib.h>
#include <stdbool.h>

typedef struct SearchFolder {
        char *path; /* absolute */
        int fd;     /* -1: open by path */
} SearchFolder;

typedef struct Source {
        const char *name; /* web.container */
        SourceKind kind;
        guint folder; /* index into Search.folders: the lower, the earlier in the search */
} Source;

typedef struct Search {
        GArray *folders; /* of SearchFolder */
        GArray *sources; /* of Source, by name; of equal names only the one that counts */
        UnitDropins *dropins;
        GStringChunk *names;
        GPtrArray *problems;
        guint entries;   /* how many names were seen */
        bool is_bounded; /* there was too much */
} Search;

/* A place to start from. */
typedef struct SearchRoot {
        char *path;
        bool skip_users; /* folders of digits in it are those of other users */
        bool flat;       /* only the folder itself and its drop-ins, not the folders in it */
        bool linked;     /* a link led here: further links to folders are not followed */
} SearchRoot;

/* $WOLFFIA_UNIT_DIRS, or the folders of wolffia-generator(8), as an array of SearchRoot. Caller unrefs. */
GArray *search_roots(void);

/* The same for who has read wolffia.conf already. */
GArray *search_roots_with(const Settings *settings);

/* The folders that Podman's generator reads for a user (podman-systemd.unit(5), or $QUADLET_UNIT_DIRS). Caller unrefs. */
GArray *search_podman_roots(void);

Search *search_run(const GArray *roots);
void search_free(Search *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Search, search_free)

/* NULL when there is none. */
const Source *search_find(const Search *search, const char *name);

/* Caller frees. */
char *search_path(const Search *search, const Source *source);

static inline const Source *search_source(const Search *search, guint index) {
        return &g_array_index(search->sources, Source, index);
}

static inline const SearchFolder *search_folder(const Search *search, const Source *source) {
        return &g_array_index(search->folders, SearchFolder, source->folder);
}
