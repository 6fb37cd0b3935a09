/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The pipe from the payload to the supervisor, with a label of SELinux where the payload has one. */

#include <glib.h>
#include <stdbool.h>

/* Without LABEL a pipe(7). With it a fifo(7) of that label, which is made in the folder FOLDER_FD and has no name any more when
 * this returns. RET_FDS: where to read and where to write. Fails where the policy does not let the label be set. */
bool payload_pipe_open(int folder_fd, const char *label, int ret_fds[2], GError **error);
