/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Addresses inside a container, and what the host's tables say about them. Pure: the tables come as text. */

#include <glib.h>
#include <stdbool.h>

/* A private network of 256 addresses. Which one it is does not matter, so long as the host has no use for
 * it: what the container has as its own network it cannot reach outside. */
typedef struct NetworkRange {
        const char *guest;
        const char *gateway;
        const char *dns;         /* leads to the host's resolver */
        const char *slirp_guest; /* slirp4netns chooses it */
        const char *cidr;
} NetworkRange;

/* The first of a few ranges that neither the host's routes (ROUTES, the text of /proc/net/route) nor its
 * resolvers (RESOLV_CONF) are in; the very first where all collide. Routes to a fourth of all addresses or
 * more count as default routes. */
const NetworkRange *network_range_choose(const char *routes, const char *resolv_conf);

/* Whether there is a default route (/proc/net/route, /proc/net/ipv6_route). */
bool network_range_has_default_route(const char *routes, const char *routes6);

/* The first resolver on the host's loopback (systemd-resolved's stub), which is out of the container's reach. Caller frees. */
char *network_range_find_loopback_resolver(const char *resolv_conf);
