/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fixed private addresses instead of copied ones: the host's own address stays reachable from the container
 * (row N4), and it does not matter when it changes, or comes late (row N10). The host's loopback as the
 * interface to look at does for IPv4; pasta of 2023 gives IPv6 only with an interface that has an address of its
 * link. Only options that passt of 2023 has, which is bookworm's. */

#include "runner/network-pasta.h"

#include "spec/value-port.h"

#include <string.h>

/* Locally administered. The host's own would be copied, and loopback has none. */
#define MAC_ADDRESS "5a:77:6f:6c:66:66"

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

static void add_ports(GPtrArray *arguments, const char *option, bool is_udp, const Network *network) {
        bool any = network->options->has_forward[is_udp];

        for (guint i = 0; i < network->ports->len; i++) {
                const PortMapping *port = network->ports->pdata[i];
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

static void add_addresses(GPtrArray *arguments, const Network *network) {
        const NetworkOptions *options = network->options;

        if (!options->copies) {
                if (!options->template)
                        add(arguments, "--interface", network->template);
                if (!options->has_mac)
                        add(arguments, "--mac-addr", MAC_ADDRESS);
        }
        if (!options->addresses && !options->ipv6_only) {
                add(arguments, "--address", network->range->guest);
                add(arguments, "--netmask", "24");
                add(arguments, "--gateway", network->range->gateway);
        }
        if (!options->copies && !options->address6 && network->guest_address6) {
                add(arguments, "--address", NETWORK_GUEST_ADDRESS6);
                add(arguments, "--gateway", NETWORK_GATEWAY6);
        }
        if (network->maps_guest)
                add(arguments, "--map-guest-addr", NETWORK_HOST_ALIAS);
        if (network->dns_address && !options->dns_forward)
                add(arguments, "--dns-forward", network->dns_address);
}

GPtrArray *network_pasta_plan(const Network *network) {
        GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
        const NetworkOptions *options = network->options;

        add(arguments, "pasta", NULL);
        add(arguments, "--foreground", NULL);
        add(arguments, "--quiet", NULL);
        add(arguments, "--config-net", NULL);
        /* It would watch /proc/PID, which is closed to it once the payload runs under another uid. */
        add(arguments, "--no-netns-quit", NULL);
        /* Or the gateway's address would lead to the host's loopback. */
        if (!options->maps_gateway)
                add(arguments, "--no-map-gw", NULL);
        add_addresses(arguments, network);
        add(arguments, "--mtu", options->mtu ? options->mtu : "65520");
        add(arguments, "--ns-ifname", options->interface ? options->interface : NETWORK_INTERFACE);
        add_ports(arguments, "--tcp-ports", false, network);
        add_ports(arguments, "--udp-ports", true, network);
        if (!options->has_forward[2])
                add(arguments, "--tcp-ns", "none");
        if (!options->has_forward[3])
                add(arguments, "--udp-ns", "none");
        for (guint i = 0; i < options->words->len; i++)
                add(arguments, options->words->pdata[i], NULL);
        return arguments;
}
