/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading and writing whole files. DIR_FD may be AT_FDCWD everywhere. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Reads a regular file of at most LIMIT bytes (0: no limit). The text ends in a NUL that SIZE does not
 * count; SIZE may be NULL. Caller frees. Anything but a regular file is refused, so that a fifo cannot hang
 * us. */
bool file_read(int dir_fd, const char *path, size_t limit, char **ret_text, size_t *ret_size,
               GError **error);

/* Writes all of DATA to an open file, over short writes and EINTR. */
bool file_write_all(int fd, const void *data, size_t size, GError **error);

/* Replaces PATH as a whole: written beside it under another name, synced, renamed. Readers see the old or
 * the new text, also after a power cut. */
bool file_write_atomic(int dir_fd, const char *path, const void *data, size_t size, mode_t mode,
                       GError **error);

/* Makes PATH and its missing parents, each with MODE; what exists stays as it is. */
bool file_make_folders(int dir_fd, const char *path, mode_t mode, GError **error);

/* Removes PATH and all below it, on one file system, never following a link. A path that is not there is
 * fine. */
bool file_remove_tree(int dir_fd, const char *path, GError **error);

/* Removes all that lies in an open folder, but not the folder; the same rules. */
bool file_empty_folder(int folder_fd, GError **error);
