/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Addresses as sockets take them. */

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

/* Those that the network, or the member that asks, has named: TEXTS into ADDRESSES, of which COUNT are there. */
void resolver_address_add(char **texts, Address addresses[RESOLVER_MOST_UPSTREAMS], guint *count);

/* A socket of TYPE towards name servers, bound to the interface WAY_OUT, so that no member can pass for one; -1: none. */
int resolver_address_open(int family, int type, const char *way_out);
