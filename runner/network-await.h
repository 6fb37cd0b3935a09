/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Waiting for the host's own network, where its address is to be copied (SHORTCOMINGS.md, row N10). */

#include <glib.h>
#include <stdbool.h>

/* Returns as soon as the host has a default route, told by the kernel, at the latest after half a minute;
 * says in the unit's status what it waits for. Fails only when waiting itself does.
 *
 * Runs in:  the runner, before anything is made */
bool network_await_route(GError **error);
