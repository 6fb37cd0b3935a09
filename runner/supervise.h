/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The hand-over to wolffia-supervisor, the small program that stays. */

#include "runner/run.h"

/* Becomes the supervisor, with the same process id. Returns in case of failure only.
 *
 * Runs in:  the runner, once the payload runs
 * Needs:    run->child, run->stop_signal, the descriptors of Run */
bool supervise_become(const Run *run, GError **error);

/* The path of the supervisor's program. */
const char *supervise_find_program(void);

/* run->stop_signal: StopSignal=, the image's, SIGTERM, or what systemd takes for it. */
bool supervise_find_stop_signal(Run *run, GError **error);

/* From now on a signal that ends the runner undoes the start: the child is killed and the supervisor, which knows how
 * to clean up, takes over. To be called again when there is more to clean up.
 *
 * Runs in:  the runner; children of its reset signals before they execute anything
 * Needs:    run->folder_fd; a pod has none */
void supervise_when_interrupted(const Run *run);

/* Keeps such a signal waiting while something is made that nobody would know of. */
void supervise_hold_interruptions(bool hold);
