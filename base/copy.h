/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Copies of folders with everything that a file has: owner, mode, times, extended attributes, hard links, holes. */

#include <glib.h>
#include <stdbool.h>

/* Copies what lies in the folder FROM_FD into the folder TO_FD, and FROM_FD's owner, mode and times onto TO_FD. Both
 * are open for reading. Links are copied as such and never followed, what is mounted below is left out, and so are
 * sockets and device nodes. Owners need the privilege to give files away (root of a user namespace that maps them).
 * Attributes that the kernel or the file system refuses are left out. */
bool copy_folder(int from_fd, int to_fd, GError **error);
