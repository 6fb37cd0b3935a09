/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From a plan to a program that runs in its namespaces: the same for a container and for a pod (run->is_pod), which has
 * neither files nor a payload. */

#include "runner/run.h"

/* The child's last step, which ends in exec. Returns in case of failure only. */
typedef bool LaunchExecute(const Run *run, GError **error);

/* Runs in:  the runner, when all is prepared
 * Leaves:   run->child, which has executed its program, and its network, which is up; log entries of what it goes on
 *           without. After a failure launch_undo() is to be called. */
bool launch(Run *run, LaunchExecute *execute, GError **error);

/* Undoes a start that has failed at any stage: the child first, then what outlives it. */
void launch_undo(Run *run);
