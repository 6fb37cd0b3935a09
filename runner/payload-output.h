/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* LogDriver=: where the payload's output goes. Run's fields for it are filled in: the pipe between payload and supervisor, and
 * for LogDriver=k8s-file the program behind the supervisor that writes the file. */

#include "runner/run.h"

/* The payload's end of its output, and ours. Fails when the log file cannot be written, with its name. */
bool payload_output_open(Run *run, GError **error);

/* Takes over the payload's terminal, which only the container can make; without --tty there is none.
 *
 * Runs in:  the runner, when the payload runs */
bool payload_output_take_terminal(Run *run, GError **error);

/* Of a failed start: what was said until then is in the file when this returns. */
void payload_output_abandon(Run *run);

/* The file of LogDriver=k8s-file: LogOpt=path=, or one in the state folder. NULL with other drivers. Caller frees. */
char *payload_output_file(const ContainerSpec *spec);
