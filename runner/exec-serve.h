/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `wolffia-runner --serve-exec`: one command in a container that runs. Started by the supervisor, for each connection to the
 * socket `exec` (runner/exec-message.h). */

/* The arguments are --payload-fd= (a pidfd), --record-fd=, --connection-fd=. Returns an exit status. */
int exec_serve_main(int argc, char **argv);
