/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/network-listen.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/network-ports.h"
#include "spec/value-port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define BACKLOG    4096
#define MOST_PORTS 8192 /* each is a word of the relay's command line for IPv4, and one for IPv6 */

static bool bind_socket(int fd, int family, const char *address, guint16 number) {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(number)};
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(number)};

        if (family == AF_INET)
                return (!address || inet_pton(AF_INET, address, &v4.sin_addr) == 1) &&
                       bind(fd, (struct sockaddr *) &v4, sizeof v4) == 0;
        return (!address || inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) &&
               bind(fd, (struct sockaddr *) &v6, sizeof v6) == 0;
}

static bool open_listener(const PortMapping *port, int family, guint16 number, int *ret_fd, GError **error) {
        const int yes = 1;
        bool is_udp = port->protocol == PORT_UDP;

        autofd int fd =
                socket(family, (is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* A host without IPv6 has nobody who calls over it. */
        if (fd < 0 && family == AF_INET6 && errno == EAFNOSUPPORT)
                return true;
        if (fd >= 0 && family == AF_INET6)
                setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
        /* The port that was found free is held by a socket still. */
        if (fd >= 0 && (!is_udp || port->is_chosen))
                setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (fd < 0 || !bind_socket(fd, family, port->address, number) ||
            (!is_udp && listen(fd, BACKLOG) < 0))
                return network_ports_explain(port, number, errno, error);
        *ret_fd = steal_fd(&fd);
        return true;
}

/* The member's address on the first network with a way back to clients, else on the first at all. */
static const Place *find_place(const NetworkJoin *join) {
        for (guint i = 0; i < join->places->len; i++) {
                const Place *place = join->places->pdata[i];
                if (!place->state->is_internal)
                        return place;
        }
        return join->places->pdata[0];
}

static bool listen_on(const PortMapping *port, int family, guint number, guint inside, NetworkJoin *join,
                      GError **error) {
        const Place *place = find_place(join);
        guint own = family == AF_INET ? REGISTRY_V4 : REGISTRY_V6;
        int fd = -1;

        /* A member of one family answers callers of both; those of the other appear as the gateway. */
        if (place->addresses[own].family == 0)
                own = own == REGISTRY_V4 ? REGISTRY_V6 : REGISTRY_V4;
        if (!open_listener(port, family, (guint16) number, &fd, error))
                return false;
        if (fd < 0)
                return true;
        g_autofree char *address = subnet_print_address(&place->addresses[own]);
        g_array_append_val(join->listeners, fd);
        g_ptr_array_add(join->forwards,
                        g_strdup_printf("--forward=%s:%d:[%s]:%u",
                                        port->protocol == PORT_UDP ? "udp" : "tcp", fd, address, inside));
        return true;
}

/* Services have 1024 descriptors unless they ask for more. */
static bool make_room(const GPtrArray *ports, GError **error) {
        struct rlimit limit;
        guint count = 0;

        for (guint i = 0; i < ports->len; i++) {
                const PortMapping *port = ports->pdata[i];
                count += port->host_last - port->host_first + 1u;
        }
        if (count > MOST_PORTS)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "%u ports are published, and %u are possible on a network; Network=host has all",
                            count, MOST_PORTS);
        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void) setrlimit(RLIMIT_NOFILE, &limit);
        }
        return true;
}

bool network_listen(const GPtrArray *ports, NetworkJoin *join, GError **error) {
        if (ports->len == 0)
                return true;
        if (!make_room(ports, error))
                return false;
        for (guint i = 0; i < ports->len; i++) {
                const PortMapping *port = ports->pdata[i];
                bool is_v6 = port->address && strchr(port->address, ':');
                bool is_v4 = port->address && *port->address && !is_v6;
                for (guint number = port->host_first; number <= port->host_last; number++) {
                        guint inside = port->container_first + (number - port->host_first);
                        if ((!is_v6 && !listen_on(port, AF_INET, number, inside, join, error)) ||
                            (!is_v4 && !listen_on(port, AF_INET6, number, inside, join, error)))
                                return false;
                }
        }
        const NetworkState *state = find_place(join)->state;
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                if (state->gateways[i].family != 0) {
                        g_autofree char *gateway = subnet_print_address(&state->gateways[i]);
                        g_ptr_array_add(join->forwards, g_strconcat("--gateway=", gateway, NULL));
                }
        /* Answers to a client's own address find no way where there is no way out. */
        if (!state->keeps_clients || state->is_internal)
                g_ptr_array_add(join->forwards, g_strdup("--opaque"));
        return true;
}
