/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why a file of the host cannot be used: row F5 of the shortcomings. */

#include <glib.h>
#include <stdbool.h>

/* Whether we can get at PATH at all, by one system call where we can. Where not, the error names the folder that
 * denies, and what would help. What is missing is not looked at here.
 *
 * Runs in:  the runner, whose ids are the host's */
bool mount_access_check(const char *path, GError **error);

/* Row F7: whether the kernel has SELinux with a policy, enforcing or not. FOLDER is where its file system is mounted. */
bool mount_access_has_labels(const char *folder);

/* Row F10: what is to be known of a volume at PATH on a file system of type TYPE (statfs(2), f_type) whose server knows
 * the user only, and refuses files of subordinate ids. NULL: nothing. Caller frees. */
char *mount_access_note_server(const char *path, long type);
