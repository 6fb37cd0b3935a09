/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which addresses a container with pasta has, found from the host's tables and the user's options. */

#include "runner/network.h"

/* Runs in:  the runner, before anything is made
 * Leaves:   the options and addresses of NETWORK; may wait for the host's network, where its addresses are to
 *           be copied */
bool network_address_choose(Network *network, const NetworkMode *mode, GError **error);

/* The host's own IPv4 address by which it reaches others, or NULL. Caller frees. */
char *network_address_find_host(void);
