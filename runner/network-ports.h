/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Published ports, looked at before anything is started (SHORTCOMINGS.md, row N1). */

#include "spec/value-port.h"

#include <glib.h>
#include <stdbool.h>

/* Why the host's port NUMBER, of PORT, could not be bound, with the cheapest remedy: ERRNO_VALUE is the kernel's. Returns
 * false. */
bool network_ports_explain(const PortMapping *port, guint16 number, int errno_value, GError **error);

/* The lowest port that users may bind. */
guint network_ports_read_floor(void);

/* What the start would say of a port below that, without binding it: who asks may be allowed more than the start will be. */
bool network_ports_check_floor(const PortMapping *port, bool is_host_network, GError **error);

/* Binds each host port of the PortMapping list for a moment. One that is taken or privileged is an error
 * with the cheapest remedy. */
bool network_ports_check(const GPtrArray *ports, GError **error);

/* The same for Network=host, where the ports are those of the container: a privileged one is an error (row N2). */
bool network_ports_check_host(const GPtrArray *ports, GError **error);

/* Finds a free host port for each mapping that asks for any, and writes it into PORTS; a range becomes one
 * mapping a port. Sockets that hold the ports are added to PORT_FDS (of int): pasta can still take them, others
 * do not get them by chance. */
bool network_ports_choose(GPtrArray *ports, GArray *port_fds, GError **error);
