/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Runs a command in a container from outside: what `wolffia exec` and ExecReload= do. */

#include "runner/exec-message.h"

#include <glib.h>
#include <stdbool.h>

/* Connects to the exec socket in the container's runtime folder. */
bool exec_client_connect(const char *folder, int *ret_fd, GError **error);

/* FOLDER is the container's runtime folder, $XDG_RUNTIME_DIR/wolffia/UNIT. Standard output and error of the command come
 * through ours; with IS_INTERACTIVE our standard input goes to it, otherwise it has /dev/null. With request->has_terminal the
 * command has a terminal of the container's, ours becomes raw for the time, and its size is followed. Signals that would
 * end us go to the command. The command never holds a descriptor of ours that is not a pipe made for it.
 *
 * RET_STATUS gets what to exit with: the command's own status, 128 + N when signal N has ended it, 125 to 127 together with an
 * error (runner/exit-status.h). When the request is detached, it returns once the command runs. */
bool exec_client_run(const char *folder, ExecRequest *request, bool is_interactive, int *ret_status,
                     GError **error);

/* `wolffia-runner --exec=FOLDER [--env=NAME=VALUE] [--user=USER] [--workdir=FOLDER] [--interactive] [--tty] [--detach]
 * COMMAND…`. ARGUMENTS are those behind the program's name. Returns the exit status. */
int exec_client_main(int argc, char **argv);
