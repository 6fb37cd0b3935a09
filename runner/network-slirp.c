/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ports are published one by one, after the start; nobody else uses the socket for it, which is gone then. */

#include "runner/network-slirp.h"

#include "base/error.h"
#include "network/slirp.h"
#include "spec/value-port.h"

#include <string.h>
#include <unistd.h>

bool network_slirp_check(const Network *network, GError **error) {
        for (guint i = 0; i < network->ports->len; i++) {
                const PortMapping *port = network->ports->pdata[i];
                if (port->address && strchr(port->address, ':'))
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "PublishPort=[%s]:%u: slirp4netns publishes over IPv4 only, and pasta is not "
                                "installed ('sudo apt install passt')",
                                port->address, port->host_first);
        }
        return true;
}

GPtrArray *network_slirp_plan(const Network *network, pid_t child) {
        const NetworkOptions *options = network->options;
        const Slirp slirp = {
                .target = child,
                .interface = NETWORK_INTERFACE,
                .cidr = options->cidr ? options->cidr : network->range->cidr,
                .mtu = options->mtu,
                .outbound = options->outbound,
                .outbound6 = options->outbound6,
                .api_path = network->api_path,
                .has_ipv6 = !options->ipv4_only,
                .maps_loopback = options->maps_gateway,
        };

        return slirp_print(&slirp);
}

static bool publish(const Network *network, const PortMapping *port, GError **error) {
        SlirpPort one = {
                .protocol = port->protocol == PORT_UDP ? "udp" : "tcp",
                .host_address = port->address && *port->address ? port->address : "0.0.0.0",
                .guest_address = network->guest_address,
        };

        for (guint i = 0; i <= (guint) (port->host_last - port->host_first); i++) {
                one.host = port->host_first + i;
                one.guest = port->container_first + i;
                if (!slirp_publish(network->api_path, &one, error))
                        return false;
        }
        return true;
}

bool network_slirp_publish(Network *network, GError **error) {
        bool done = true;

        for (guint i = 0; done && i < network->ports->len; i++)
                done = publish(network, network->ports->pdata[i], error);
        if (network->api_path)
                (void) unlink(network->api_path);
        return done;
}
