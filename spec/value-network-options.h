/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What follows the colon of Network=pasta:OPTION,… and Network=slirp4netns:NAME=VALUE,… (podman-run(1)). Both
 * say the same things, so both become the same: words for pasta, and what the runner must know about them. */

#include <glib.h>
#include <stdbool.h>

typedef struct NetworkOptions {
        GPtrArray *words; /* for pasta's command line, in the user's order */
        bool addresses;   /* the user says how the container is addressed: nothing of ours is added */
        bool copies;      /* … and it gets the host's own addresses */
        char *address;    /* of the container, where it is told; without the length of the prefix */
        char *address6;   /* the same in IPv6 */
        char *gateway;    /* IPv4 */
        char *mtu;        /* NULL: the default */
        char *interface;  /* its name inside; NULL: the default */
        char *template;   /* interface of the host that is copied from; NULL: not said */
        char *cidr, *outbound, *outbound6; /* in the words of slirp4netns */
        char *dns_forward;                 /* IPv4 address inside that leads to the host's resolver */
        bool has_mac;                      /* further things that we must not say again */
        bool has_forward[4];               /* -t, -u, -T, -U */
        bool maps_gateway;                 /* the gateway's address leads to the host's loopback */
        bool ipv4_only, ipv6_only;
} NetworkOptions;

NetworkOptions *network_options_new(void);
void network_options_free(NetworkOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkOptions, network_options_free)

/* TEXT may be NULL. Options of pasta that would take the container out of the runner's hands are refused. */
bool value_pasta_options_parse(const char *text, NetworkOptions **ret_options, GError **error);
bool value_slirp_options_parse(const char *text, NetworkOptions **ret_options, GError **error);
