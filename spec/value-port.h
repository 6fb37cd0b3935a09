/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* PublishPort=, --publish: [[ADDRESS:]HOST:]CONTAINER[/PROTOCOL], where HOST and CONTAINER may be ranges of
 * one length, HOST may be empty, and an IPv6 ADDRESS stands in brackets (podman-run(1)). */

#include <glib.h>
#include <stdbool.h>

typedef enum PortProtocol { PORT_TCP, PORT_UDP } PortProtocol;

typedef struct PortMapping {
        char *address;      /* of the host, without brackets; NULL: every address */
        guint16 host_first; /* 0: any free port */
        guint16 host_last;
        guint16 container_first;
        guint16 container_last;
        PortProtocol protocol;
        bool is_chosen; /* the host port is a free one that was found */
} PortMapping;

void port_mapping_free(PortMapping *mapping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortMapping, port_mapping_free)

bool value_port_parse(const char *text, PortMapping **ret_mapping, GError **error);

/* The same in full, "[ADDRESS:]HOST:CONTAINER/PROTOCOL"; HOST is empty where it is any free port. Caller frees. */
char *value_port_print(const PortMapping *mapping);

/* Whether the kernel keeps sockets of one port from having the two addresses: NULL is every one of both families, which are
 * apart otherwise. */
bool value_port_meets(const char *one, const char *other);

/* Whether two programs cannot have the ports of the host of both. */
bool value_port_overlaps(const PortMapping *a, const PortMapping *b);

/* Adds MAPPING, which it takes, to PORTS (of PortMapping): what says the same as one that is there becomes part of that one
 * (podman-run(1)), also on one of its addresses; a port of the host that would lead to two of the container is a fault. */
bool value_port_add(GPtrArray *ports, PortMapping *mapping, GError **error);

/* pasta(1) knows a port of the host by its number, whatever the address: what it refuses is a fault, with what to write. */
bool value_port_check_pasta(const GPtrArray *ports, GError **error);
