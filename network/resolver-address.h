/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Addresses as sockets take them. */

#include "network/lease.h"
#include "network/registry.h"
#include "network/subnet.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define RESOLVER_MOST_UPSTREAMS 8

typedef union AnyAddress {
        struct sockaddr base;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
} AnyAddress;

/* ADDRESS at the port of name servers. Returns the size. */
socklen_t resolver_address_fill(AnyAddress *any, const Address *address);
Address resolver_address_of(const AnyAddress *any);

/* Whom a question is passed on to: the name servers of ASKER (NULL: not known), else those of the network, as they are now. Returns
 * how many, none on a network without a way out. */
guint resolver_address_choose(const char *runtime_dir, NetworkState *state, const Lease *asker,
                              Address addresses[RESOLVER_MOST_UPSTREAMS]);

/* A socket of TYPE towards name servers, bound to the interface WAY_OUT, so that no member can pass for one; -1: none. */
int resolver_address_open(int family, int type, const char *way_out);
