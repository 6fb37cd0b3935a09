/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Paths of a layer's entries, which are hostile until proven otherwise. Every entry is reached in two steps: its parent
 * is opened beneath the layer's folder with no symbolic link on the way (openat2(2)), and then its last component is
 * used with functions that follow none.
 *
 * libarchive's own archive_write_disk() with its SECURE flags is not used: it looks at each component of a path and then
 * uses the path as a whole, which is another matter once an earlier entry of the same layer has made a component a
 * link; and it knows neither whiteouts nor a folder to stay beneath. */

#include <glib.h>
#include <stdbool.h>

typedef struct UnpackPath UnpackPath;

/* FOLDER_FD is the layer's folder and stays the caller's. */
UnpackPath *unpack_path_new(int folder_fd);
void unpack_path_free(UnpackPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UnpackPath, unpack_path_free)

/* The path of an entry without ".", empty components and a leading "/"; "" is the layer's own folder. ".." is refused,
 * and more nesting than removal could cope with. Caller frees. */
bool unpack_path_clean(const char *name, char **ret_path, GError **error);

/* Opens the folder that the last component of PATH (clean, not "") lies in. With MAKE, missing folders are made, and a
 * whiteout on the way becomes an opaque folder. RET_FD belongs to PATHS until its next call. RET_NAME points into PATH. */
bool unpack_path_open_parent(UnpackPath *paths, const char *path, bool make, int *ret_fd,
                             const char **ret_name, GError **error);

/* To be called when a folder that may have been opened is removed. */
void unpack_path_forget(UnpackPath *paths);

/* Makes a folder opaque: overlay shows nothing of the layers below it. */
bool unpack_path_set_opaque(int folder_fd, const char *path, GError **error);

/* Whether NAME in PARENT_FD is a whiteout, overlay's mark of a removed file: a character device 0:0. */
bool unpack_path_is_whiteout(int parent_fd, const char *name);
