/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A program that the image has not, for one command and what that starts: a shell to look around with. It lies in memory, on a
 * mount that only they see, so nothing is written into the container, and what runs in it anyway sees nothing of it but by their
 * /proc/PID/root. */

#include "runner/exec-message.h"

#include <glib.h>
#include <stdbool.h>

/* Where it is: a folder that each container has, and that nobody needs. */
#define EXEC_PROGRAM_FOLDER "/proc/tty"

/* Copies the request's program there, under its names. Without one it does nothing.
 *
 * Runs in:  the command's process, as root of the container
 * Needs:    CAP_SYS_ADMIN in its user namespace, and no descriptor that leads out
 * Leaves:   a mount namespace of the process's own; the program's descriptor is closed */
bool exec_program_mount(ExecRequest *request, GError **error);
