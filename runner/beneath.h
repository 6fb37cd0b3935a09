/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Paths inside an image, which is hostile: each is opened with openat2(2) and RESOLVE_IN_ROOT, so that
 * neither "..", nor an absolute link, nor a link into /proc leads out. Nothing else in the runner opens such
 * paths before pivot_root(). */

#include <glib.h>
#include <stdbool.h>

typedef enum BeneathKind { BENEATH_FOLDER, BENEATH_FILE } BeneathKind;

/* Opens PATH below ROOT_FD with O_PATH. Links are followed within the root. */
bool beneath_open(int root_fd, const char *path, int *ret_fd, GError **error);

/* Opens a folder below ROOT_FD, to list it and to copy from it. */
bool beneath_open_folder(int root_fd, const char *path, int *ret_fd, GError **error);

/* Opens a file below ROOT_FD for reading, without waiting for whoever is to write into a fifo. */
bool beneath_read(int root_fd, const char *path, int *ret_fd, GError **error);

/* Like beneath_open(), and makes what is missing: folders on the way, and a folder or an empty file at the end. The
 * mount point of something that is to be mounted there. */
bool beneath_make(int root_fd, const char *path, BeneathKind kind, int *ret_fd, GError **error);

/* Like beneath_make() of a file, but a link at the end stays a link: what is mounted on it covers the link, not the file that
 * it names. */
bool beneath_make_on_link(int root_fd, const char *path, int *ret_fd, GError **error);

/* Makes a symbolic link unless something is there. */
bool beneath_link(int root_fd, const char *path, const char *target, GError **error);
