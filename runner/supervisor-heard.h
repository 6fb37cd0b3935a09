/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a signal reaches process 1 of a container. */

#include <stdbool.h>
#include <sys/types.h>

/* PID, process 1 of a pid namespace, would get signal NUMBER from outside. */
bool supervisor_is_heard(pid_t pid, int number);
