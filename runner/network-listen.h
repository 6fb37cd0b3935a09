/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Published ports of a container on networks: sockets of the host, made before the payload is started, so that a port that is
 * taken is known. The process that becomes the relay makes them, which may then have more descriptors than the payload. */

#include "runner/network-join.h"

#include <glib.h>
#include <stdbool.h>

/* Adds to JOIN's listeners and forwards, for PORTS (PortMapping *, all with a host port). */
bool network_listen(const GPtrArray *ports, NetworkJoin *join, GError **error);
