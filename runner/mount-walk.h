/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that lies below a folder, by descriptors, since the payload of an earlier life may have left links. */

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Is given NAME in the folder DIR_FD, which may be gone already, and a folder before what it holds. False with ERROR ends the walk. */
typedef bool MountVisit(int dir_fd, const char *name, const struct stat *status, void *data, GError **error);

/* Visits what lies below FOLDER_FD on the file system DEVICE; links are visited, not followed. Fails for folders that are nested
 * too deeply; the names of the folders on the way precede the error. */
bool mount_walk(int folder_fd, dev_t device, MountVisit *visit, void *data, GError **error);
