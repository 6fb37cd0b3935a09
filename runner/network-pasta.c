/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fixed private addresses instead of copied ones: the host's own address stays reachable from the container
 * (row N4), and it does not matter when it changes. Only options that passt of 2023 has, which is
 * bookworm's. */

#include "runner/network-pasta.h"

#include "spec/value-port.h"

#include <string.h>

static void add(GPtrArray *arguments, const char *option, const char *value) {
        g_ptr_array_add(arguments, g_strdup(option));
        if (value)
                g_ptr_array_add(arguments, g_strdup(value));
}

/* pasta(1), --tcp-ports: [ADDRESS/]HOST[-LAST][:CONTAINER[-LAST]] */
static char *print_port(const PortMapping *port) {
        g_autofree char *address =
                port->address && *port->address ? g_strconcat(port->address, "/", NULL) : g_strdup("");

        if (port->host_first == port->host_last)
                return g_strdup_printf("%s%u:%u", address, port->host_first, port->container_first);
        return g_strdup_printf("%s%u-%u:%u-%u", address, port->host_first, port->host_last,
                               port->container_first, port->container_last);
}

static void add_ports(GPtrArray *arguments, const char *option, bool is_udp, const GPtrArray *ports) {
        bool any = false;

        for (guint i = 0; i < ports->len; i++) {
                const PortMapping *port = ports->pdata[i];
                if ((port->protocol == PORT_UDP) != is_udp)
                        continue;
                g_autofree char *text = print_port(port);
                add(arguments, option, text);
                any = true;
        }
        /* pasta's own default is to forward what it finds listening. */
        if (!any)
                add(arguments, option, "none");
}

GPtrArray *network_pasta_plan(const Network *network, pid_t child) {
        GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);

        add(arguments, "pasta", NULL);
        add(arguments, "--foreground", NULL);
        add(arguments, "--quiet", NULL);
        add(arguments, "--config-net", NULL);
        /* It would watch /proc/PID, which is closed to it once the payload runs under another uid. */
        add(arguments, "--no-netns-quit", NULL);
        /* Or the gateway's address would lead to the host's loopback. */
        add(arguments, "--no-map-gw", NULL);
        add(arguments, "--address", network->guest_address);
        add(arguments, "--netmask", "24");
        add(arguments, "--gateway", "10.0.2.2");
        add(arguments, "--mtu", "65520");
        add(arguments, "--ns-ifname", "eth0");
        if (network->dns_address)
                add(arguments, "--dns-forward", network->dns_address);
        add_ports(arguments, "--tcp-ports", false, network->ports);
        add_ports(arguments, "--udp-ports", true, network->ports);
        add(arguments, "--tcp-ns", "none");
        add(arguments, "--udp-ns", "none");
        add(arguments, "--pid", network->fifo_path);
        g_ptr_array_add(arguments, g_strdup_printf("%d", (int) child));
        g_ptr_array_add(arguments, NULL);
        return arguments;
}
