/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Network=NAME[.network][:OPTION,…]: a container's place on a network (podman-run(1), --network). */

#include "spec/value-network.h"

#include <glib.h>
#include <stdbool.h>

typedef struct NetworkMember {
        char *network;
        char *ip, *ip6;     /* NULL: any free one */
        char *mac;          /* NULL: made of the address */
        char *interface;    /* NULL: eth0, eth1, … */
        GPtrArray *aliases; /* of char * */
} NetworkMember;

void network_member_free(NetworkMember *member);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkMember, network_member_free)

/* MODE is of NETWORK_UNIT or NETWORK_NAMED. */
bool value_member_parse(const NetworkMode *mode, NetworkMember **ret_member, GError **error);
