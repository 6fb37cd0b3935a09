/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The socket that runner/exec-message.h describes. */

#include <glib.h>
#include <stdbool.h>

/* Makes it in the container's runtime folder, in the place of an earlier life's.
 *
 * Runs in:  the runner, with the container's lock
 * Leaves:   RET_FD listens; the file goes with the folder */
bool exec_listen(const char *folder, int *ret_fd, GError **error);
