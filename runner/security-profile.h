/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SeccompProfile= of a file. Reading JSON and compiling takes two libraries and a few milliseconds, so `wolffia
 * prepare-seccomp` does it once; the runner reads the result, by the hash of all that it depends on, from the folder seccomp/
 * of the store. */

#include "image/store.h"
#include "runner/run.h"

#include <glib.h>
#include <stdbool.h>

#define SECURITY_PROFILE_FOLDER "seccomp"

/* How long a compiled profile stays that no start has read. */
#define SECURITY_PROFILE_KEPT_DAYS 30

/* Whether the value is a file's name, not a word. */
bool security_profile_is_file(const char *profile);

/* The file's name in that folder: the hash of the profile's text, of the payload's capabilities, and of this kernel. Caller
 * frees. */
char *security_profile_key(const char *text, gsize size, guint64 capabilities);

bool security_profile_read_file(const char *path, char **ret_text, gsize *ret_size, GError **error);

/* Runs in:  the runner, after image_acquire()
 * Leaves:   run->seccomp_filter, when SeccompProfile= is a file */
bool security_profile_acquire(Run *run, GError **error);

/* Removes what was last read longer ago than that, seen from NOW_SEC (seconds since 1970): each change of a profile, of the
 * kernel or of the capabilities leaves one behind. What cannot be removed stays. */
void security_profile_prune(int folder_fd, gint64 now_sec);
