/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A terminal of the container's own, for a command in it. */

#include <glib.h>
#include <stdbool.h>
#include <sys/ioctl.h>

/* Makes one, sends its master side over CONNECTION_FD and has the other as standard input, output and error. Nothing in the
 * container ever holds a terminal of the host.
 *
 * Runs in:  the command's process, inside the container */
bool exec_terminal_open(int connection_fd, const struct winsize *size, GError **error);
