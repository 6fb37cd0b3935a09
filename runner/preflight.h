/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What would make every later stage fail with a bare EPERM, found beforehand and explained. */

#include <glib.h>
#include <stdbool.h>

/* Runs in:  the runner, before anything is made
 * Needs:    nothing
 * Leaves:   nothing; each finding says its cause and the cheapest remedy */
bool preflight_check(GError **error);
