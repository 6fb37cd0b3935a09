/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runner/run.h"

/* Whether there are health checks, the spec's or the image's own.
 *
 * Runs in:  the runner, with the container's lock
 * Leaves:   run->first_check; no file of an earlier life */
bool health_prepare(Run *run, GError **error);
