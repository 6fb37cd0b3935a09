/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Listing folders. A folder that cannot be opened has no entries: who has to know why asks errno behind folder_open(). */

#include <dirent.h>
#include <glib.h>
#include <stdbool.h>

/* PATH below DIR_FD; "." lists an open folder from its beginning, whoever else reads it. FLAGS are more of those of
 * open(2): O_NOFOLLOW, or 0. NULL with errno when it cannot be opened. Caller closes: autodir. */
DIR *folder_open(int dir_fd, const char *path, int flags);

/* The next entry, "." and ".." left out; NULL behind the last one, and for a FOLDER that is NULL. */
struct dirent *folder_next(DIR *folder);

/* Whether it can be opened and has none. The arguments are those of folder_open(). */
bool folder_is_empty(int dir_fd, const char *path, int flags);

/* The names of the entries but hidden ones, sorted by their bytes. Caller unrefs. */
GPtrArray *folder_list(int dir_fd, const char *path);
