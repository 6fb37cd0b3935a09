/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's networks: those that run, by the registry (network/registry.h), and units that execute wolffia-network. There is no
 * list of them anywhere else. */

#include "cli/manager.h"
#include "network/registry.h"
#include "spec/network-spec.h"

#include <glib.h>
#include <stdbool.h>

typedef struct KnownNetwork {
        char *name;
        char *unit;          /* "" by hand */
        NetworkState *state; /* NULL: it does not run */
        NetworkSpec *spec;   /* what the unit asks for; NULL where that is not known */
        GPtrArray *members;  /* of Lease; NULL like state */
        char *active;        /* as systemctl shows it; "" by hand */
} KnownNetwork;

void known_network_free(KnownNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnownNetwork, known_network_free)

/* All, ordered by name (of KnownNetwork). Without a manager there are only those that run. Caller unrefs. */
bool networks_list(Manager *manager, GPtrArray **ret_networks, GError **error);

/* The network in such a list, by its name, its unit's, or its file's. WOLFFIA_ERROR_NOT_FOUND names the nearest. */
bool networks_find(const GPtrArray *networks, const char *name, const KnownNetwork **ret_network,
                   GError **error);

/* One word: running, starting, stopping, stopped, failed. */
const char *known_network_status(const KnownNetwork *network);
