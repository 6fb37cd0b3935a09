/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The hand-over to wolffia-supervisor, the small program that stays. */

#include "runner/run.h"

/* Becomes the supervisor, with the same process id. Returns in case of failure only.
 *
 * Runs in:  the runner, once the payload runs
 * Needs:    run->child, the descriptors of Run */
bool supervise_become(const Run *run, int stop_signal, GError **error);

/* The signal that stops the payload: StopSignal=, the image's, SIGTERM. */
bool supervise_find_stop_signal(const Run *run, int *ret_signal, GError **error);
