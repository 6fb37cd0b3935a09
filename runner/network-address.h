/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which addresses a container with pasta has, found from the host's tables and the user's options. */

#include "runner/network.h"

/* Runs in:  the runner, before anything is made
 * Leaves:   the options and addresses of NETWORK; may wait for the host's network, where its addresses are to
 *           be copied */
bool network_address_choose(Network *network, const NetworkMode *mode, GError **error);

/* The container finds the host by its own IPv4 address, whichever that is now; perhaps there is none yet. */
void network_address_follow_host(Network *network);
