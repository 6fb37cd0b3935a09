/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --standard-input=: what the payload has for its standard input, from the side of `wolffia run -i` and `-t`. The caller's own
 * files never come this far: what the runner has as standard input is
 *
 *   pipe       the reading end of a pipe that the caller copies to, and the payload's as it is
 *   terminal   a socket of type SOCK_SEQPACKET. The caller has put a struct winsize into it, and gets EXEC_TERMINAL
 *              (runner/exec-message.h) with the master side of a terminal that was made in the container; the other side is the
 *              payload's standard input, output and error.
 *
 * Otherwise the payload has /dev/null, or with --tty a terminal whose other side is the supervisor's
 * (payload_output_take_terminal()): nobody types into it. With --interactive alone it has a pipe that nobody writes to, since
 * programs that read commands end at the end of /dev/null, and are to stay for `wolffia exec`. */

#include "runner/run.h"

/* Whether what the runner has is what was asked for.
 *
 * Runs in:  the runner, before anything is made */
bool payload_input_check(const ContainerSpec *spec, GError **error);

/* Nothing of it stays in what becomes the supervisor.
 *
 * Runs in:  the runner, once the child is there */
void payload_input_drop(const ContainerSpec *spec);

/* Connects standard input, and with a terminal all three.
 *
 * Runs in:  the child, in its root, with nothing else open
 * Leaves:   RET_HAS_TERMINAL: they are the container's terminal, which is not its controlling one yet */
bool payload_input_connect(const Run *run, bool *ret_has_terminal, GError **error);
