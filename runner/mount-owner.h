/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The option U: a volume's files are given to the payload's user. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Gives the file or folder behind FD, and all below it on the same file system, to UID and GID; links themselves, not
 * what they name. What has that owner is left alone.
 *
 * Runs in:  the child, as root of its namespaces, so that only ids of the map can be taken or given */
bool mount_owner_change(int fd, uid_t uid, gid_t gid, GError **error);
