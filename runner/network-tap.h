/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The container's end of what pasta has made. */

#include "runner/network.h"

/* Makes the interface's transmit queue long enough for its large packets.
 *
 * Runs in:  the child, as root of its namespaces, once pasta is up */
void network_tap_tune(const Network *network);
