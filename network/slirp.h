/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* slirp4netns, for hosts that have no pasta: slower, and without ports over IPv6. */

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct Slirp {
        pid_t target; /* whose namespaces are connected */
        const char *interface;
        const char *cidr; /* .2 is the gateway, .3 the name server, .100 the target */
        const char *mtu;
        const char *outbound, *outbound6; /* address or interface of the host; NULL: any */
        const char *api_path;             /* NULL: no ports are published */
        bool has_ipv6;
        bool maps_loopback; /* the gateway's address leads to the host's loopback */
} Slirp;

typedef struct SlirpPort {
        const char *protocol, *host_address, *guest_address;
        guint host, guest;
} SlirpPort;

/* Whether it has to do: pasta is not installed, and it is. */
bool slirp_is_needed(void);

/* Its arguments; pure. It says that it is up by writing a byte to its standard input. Caller unrefs. */
GPtrArray *slirp_print(const Slirp *slirp);

/* What is said to it to publish a port; pure. Caller frees. */
char *slirp_print_port(const SlirpPort *port);

/* Has the one that listens at API_PATH do it. */
bool slirp_publish(const char *api_path, const SlirpPort *port, GError **error);
