/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A process of a network lives in the host's file system, as the user: one that is taken over would read all that the user
 * has. So it leaves that for the few files that it works with. */

#include <glib.h>
#include <stdbool.h>

/* Runs in:  the process itself, before confine(); threads that are there already stay outside
 * Needs:    CAP_SYS_ADMIN in its user namespace; no descriptors of other folders
 * Leaves:   nothing of the file system but FOLDER (absolute) and what is in it, under the path that it had */
bool enclose(const char *folder, GError **error);
