/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Published ports, looked at before anything is started (SHORTCOMINGS.md, row N1). */

#include <glib.h>
#include <stdbool.h>

/* Binds each host port of the PortMapping list for a moment. One that is taken or privileged is an error
 * with the cheapest remedy. */
bool network_ports_check(const GPtrArray *ports, GError **error);
