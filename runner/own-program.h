/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The runner's own file, which a payload can reach: an image whose program is /proc/self/exe, or a script that names it as
 * its interpreter, executes the runner, and what is executed can be opened by its link (CVE-2019-5736). */

#include <glib.h>
#include <stdbool.h>

/* Where the user may write the runner's file, so could the container's root: then the runner goes on as a copy in memory that
 * nobody can write. An installation by the administrator needs none, and this costs one system call.
 *
 * Runs in:  the runner, first
 * Leaves:   the process on a file that its user cannot write */
bool own_program_protect(char **argv, GError **error);

/* Where the runner was started from, to start it again; NULL when that cannot be told. Caller frees. */
char *own_program_path(void);
