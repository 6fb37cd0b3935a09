/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Interfaces, addresses and routes over rtnetlink(7), spoken directly: the runner does it at the start of a container
 * on a network, and a library for it would be loaded by every start. All act on the network namespace in which the
 * Link was opened. */

#include "network/subnet.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Link {
        int fd;
        uint32_t sequence;
} Link;

#define LINK_NONE ((Link){.fd = -1})

bool link_open(Link *ret_link, GError **error);
void link_close(Link *link);

/* An interface's address that is made of the last four bytes of an Internet address. */
void link_choose_mac(const Address *address, guint8 mac[6]);

/* With a MAC of its own: the kernel would give it the lowest of its ports', another one whenever a port goes, and
 * members would talk to nobody until they have found that out. */
bool link_make_bridge(Link *link, const char *name, const guint8 mac[6], guint mtu, GError **error);

/* A pair of which NAME is a port of BRIDGE here, and PEER lies in the network namespace PEER_FD. MAC is the peer's. */
bool link_make_pair(Link *link, const char *name, const char *bridge, const char *peer, int peer_fd,
                    const guint8 mac[6], guint mtu, GError **error);
bool link_remove(Link *link, const char *name, GError **error);
bool link_raise(Link *link, const char *name, GError **error);

/* Returns when the kernel has acted on what has become of the interface's other end: until its link watch has run, packets are
 * dropped, and who has asked for an address by one of them asks again a second later. Asking for the state of the link makes it run
 * since Linux 6.8 ("net: core: synchronize link-watch when carrier is queried"); before that it is waited for, a few milliseconds. */
void link_settle(Link *link, const char *name);

/* Without a wait for duplicates: who gives addresses out has seen to that. */
bool link_add_address(Link *link, const char *name, const Address *address, guint prefix, GError **error);

/* A route to SUBNET through GATEWAY (family 0: none, on the link itself). What is there already is fine. */
bool link_add_route(Link *link, const char *name, const Subnet *subnet, const Address *gateway,
                    GError **error);

/* Packets that carry MARK are delivered here, whatever their address. */
bool link_deliver_marked(Link *link, int family, guint32 mark, GError **error);
