/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options z and Z of volumes where the host has SELinux: row F7. */

#include <glib.h>
#include <stdbool.h>

#define MOUNT_RELABEL_ATTRIBUTE "security.selinux"

/* Sets the extended attribute NAME to LABEL on PATH and all below it, on one file system, never following a link. The first refusal
 * ends it, with an error that names the file and what would help.
 *
 * Runs in:  the runner, whose ids are the host's */
bool mount_relabel(const char *path, const char *name, const char *label, GError **error);
