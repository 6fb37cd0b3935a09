/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A container's places on networks that have services of their own (network/holder.h): its addresses and names there,
 * the links to their bridges, and the relay that publishes its ports. */

#include "base/sync.h"
#include "network/registry.h"
#include "runner/namespaces.h"
#include "runner/network.h"
#include "spec/container-spec.h"
#include "spec/value-member.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* One network of the container's. */
typedef struct Place {
        NetworkMember *asked;
        NetworkState *state;
        char *folder;    /* of the network */
        char *interface; /* inside */
        int namespace_fd; /* the network's; the supervisor keeps it, so that the network outlives its service */
        int lease_fd;     /* the same */
        Address addresses[REGISTRY_FAMILIES];
} Place;

struct NetworkJoin {
        GPtrArray *places;        /* Place *, in the order of Network= */
        GArray *listeners;        /* sockets of the host (int), and */
        GPtrArray *forwards;      /* what the relay is told of each (char *) */
        char *address, *address6; /* on the first network */
        Sync sync;
        pid_t helper;
};

/* Parses what Network=, IP=, IP6= and NetworkAlias= ask for, finds the networks, and opens the user namespace that they
 * lie in, which the container is born inside.
 *
 * Runs in:  the runner, before anything is made
 * Leaves:   network->join, network->kind NETWORK_NAMED; OWNER */
bool network_join_choose(const ContainerSpec *spec, const char *runtime_dir, Network *network,
                         NamespacesOwner *owner, GError **error);
void network_join_free(NetworkJoin *join);

/* Takes the leases.
 *
 * Needs:    the container's name locked (rootfs_reserve()) */
bool network_join_reserve(const ContainerSpec *spec, Network *network, GError **error);

/* Has a helper listen on the published ports and, inside of the networks' namespaces, connect the child; then it becomes
 * the relay. Both do nothing for other kinds of networks.
 *
 * Runs in:  the runner, while the child waits for its maps */
bool network_join_start(Network *network, const NamespacesOwner *owner, pid_t child, GError **error);
bool network_join_wait(Network *network, GError **error);

/* Lets the supervisor inherit what holds leases and networks. Async-signal-safe. */
void network_join_keep(const Network *network);
