/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The networks that run, as files below $XDG_RUNTIME_DIR/wolffia/.networks/ (no container has a name with a dot in
 * front):
 *
 *   NAME/state      what the network's service has made
 *   NAME/holder     locked while the service lives
 *   NAME/lock       held for as long as addresses are chosen
 *   NAME/members/   a lease per member (network/lease.h)
 *
 * Nothing of it is believed without a look at the process that it names: a crash leaves files behind. */

#include "network/subnet.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

enum { REGISTRY_V4, REGISTRY_V6, REGISTRY_FAMILIES };

typedef struct NetworkState {
        char *name;
        char *unit;        /* "" by hand */
        pid_t pid;         /* a process in the network's namespaces */
        guint64 namespace; /* the inode of its network namespace */
        char *bridge;
        guint mtu;
        Subnet subnets[REGISTRY_FAMILIES]; /* family 0: the network has none */
        AddressRange
                ranges[REGISTRY_FAMILIES]; /* that addresses are given out of; family 0: all of the subnet */
        Address gateways[REGISTRY_FAMILIES];
        bool is_internal;   /* no way out */
        bool has_names;     /* the gateway answers DNS */
        bool keeps_clients; /* nf_tables is there, so published ports show the client's address */
        char **upstreams;   /* name servers that are asked for all other names */
} NetworkState;

void network_state_free(NetworkState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkState, network_state_free)

/* Of the network, below $XDG_RUNTIME_DIR; "" names the folder of all. Caller frees. */
char *registry_folder(const char *runtime_dir, const char *name);

/* Writes FOLDER/state as a whole. */
bool registry_save(const char *folder, const NetworkState *state, GError **error);
/* WOLFFIA_ERROR_NOT_FOUND where there is none. */
bool registry_load(const char *folder, NetworkState **ret_state, GError **error);

/* Opens the namespace of a network that runs: by its own process, or by those of its members, which hold it while the
 * service is away. False, with no error, when the network does not run. */
bool registry_open_namespace(const char *folder, const NetworkState *state, int *ret_fd);

/* The names of all networks that have a folder (of char *). */
GPtrArray *registry_list(const char *runtime_dir);
