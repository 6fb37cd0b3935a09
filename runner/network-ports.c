/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Trying beats comparing numbers: the kernel's floor, capabilities and other sockets all take part in the
 * answer. */

#include "runner/network-ports.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "spec/value-port.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* A socket that is bound to NUMBER, or to any free port with 0. */
static bool bind_port(const PortMapping *port, guint16 number, int *ret_fd, int *ret_errno) {
        int type = port->protocol == PORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
        struct sockaddr_in6 v6 = {
                .sin6_family = AF_INET6, .sin6_port = htons(number), .sin6_addr = IN6ADDR_ANY_INIT};
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(number), .sin_addr = {INADDR_ANY}};
        bool is_v6 = port->address && inet_pton(AF_INET6, port->address, &v6.sin6_addr) == 1;
        const int yes = 1;

        if (port->address && *port->address && !is_v6)
                (void) inet_pton(AF_INET, port->address, &v4.sin_addr); /* the grammar has checked it */

        autofd int fd = socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
        /* A listener that has just ended leaves connections behind that are in nobody's way. */
        if (fd >= 0 && (type == SOCK_STREAM || number == 0))
                setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        const struct sockaddr *name = is_v6 ? (const struct sockaddr *) &v6 : (const struct sockaddr *) &v4;
        if (fd < 0 || bind(fd, name, is_v6 ? sizeof v6 : sizeof v4) < 0) {
                *ret_errno = errno;
                return false;
        }
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool bind_for_a_moment(const PortMapping *port, guint16 number, int *ret_errno) {
        autofd int fd = -1;

        if (!bind_port(port, number, &fd, ret_errno))
                return false;
        if (port->protocol == PORT_TCP && listen(fd, 1) < 0) {
                *ret_errno = errno;
                return false;
        }
        return true;
}

guint network_ports_read_floor(void) {
        g_autofree char *text = NULL;

        if (!file_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start", 64, &text, NULL, NULL))
                return 1024;
        return (guint) g_ascii_strtoull(text, NULL, 10);
}

static bool explain_privileged(guint16 number, const char *protocol, GError **error) {
        /* A socket unit and its proxy pass streams on, no datagrams. */
        g_autofree char *forward =
                g_str_equal(protocol, "udp")
                        ? g_strdup("")
                        : g_strdup_printf(
                                  ", to which the administrator may forward this one (sudo systemctl enable "
                                  "--now wolffia-port@%u.socket)",
                                  number);

        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "Port %u/%s of the host cannot be published: users may bind ports from %u on "
                "(net.ipv4.ip_unprivileged_port_start). Publish a higher one (PublishPort=%u:…)%s, or let the "
                "administrator lower the limit once: echo 'net.ipv4.ip_unprivileged_port_start=%u' | sudo tee "
                "/etc/sysctl.d/50-wolffia.conf && sudo sysctl --system",
                number, protocol, network_ports_read_floor(), 8000u + number, forward, number);
}

static const char *print_protocol(const PortMapping *port) {
        return port->protocol == PORT_UDP ? "udp" : "tcp";
}

bool network_ports_explain(const PortMapping *port, guint16 number, int errno_value, GError **error) {
        const char *protocol = print_protocol(port);

        switch (errno_value) {
        case EACCES:
                return explain_privileged(number, protocol, error);
        case EADDRINUSE:
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "Port %u/%s of the host is taken by another program ('wolffia ps' lists containers with their "
                        "ports, 'ss -%slnp sport = :%u' names others); publish "
                        "another port, or stop that program",
                        number, protocol, port->protocol == PORT_UDP ? "u" : "t", number);
        case EADDRNOTAVAIL:
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "Port %u/%s cannot be published on %s: the host does not have this address now ('ip address' "
                        "lists what it has); leave the address out to publish on all",
                        number, protocol, port->address);
        default:
                return fail_errno(error, errno_value, "Port %u/%s of the host cannot be published", number,
                                  protocol);
        }
}

static bool check_port(const PortMapping *port, guint16 number, GError **error) {
        int errno_value = 0;

        return bind_for_a_moment(port, number, &errno_value) ||
               network_ports_explain(port, number, errno_value, error);
}

static bool explain_host_network(guint16 number, const PortMapping *port, GError **error) {
        return explain_privileged(number, print_protocol(port), error) || fail_prefix(error, "Network=host");
}

bool network_ports_check_floor(const PortMapping *port, bool is_host_network, GError **error) {
        guint16 first = is_host_network ? port->container_first : port->host_first;

        if (first == 0 || first >= network_ports_read_floor())
                return true;
        return is_host_network ? explain_host_network(first, port, error)
                               : explain_privileged(first, print_protocol(port), error);
}

/* With the host's network the payload itself binds the container's port, as one of the user's processes (row N2). */
bool network_ports_check_host(const GPtrArray *ports, GError **error) {
        for (guint i = 0; i < ports->len; i++) {
                const PortMapping *port = ports->pdata[i];
                int errno_value = 0;
                for (unsigned number = port->container_first; number <= port->container_last; number++)
                        if (!bind_for_a_moment(port, (guint16) number, &errno_value) &&
                            errno_value == EACCES)
                                return explain_host_network((guint16) number, port, error);
        }
        return true;
}

bool network_ports_check(const GPtrArray *ports, GError **error) {
        for (guint i = 0; i < ports->len; i++) {
                const PortMapping *port = ports->pdata[i];
                for (unsigned number = port->host_first; number <= port->host_last; number++)
                        if (number > 0 && !check_port(port, (guint16) number, error))
                                return false;
        }
        return true;
}

/* Only bound, not listening: the kernel lets pasta, which sets SO_REUSEADDR as well, listen there. */
static bool choose_port(PortMapping *port, GArray *port_fds, GError **error) {
        struct sockaddr_in6 name;
        socklen_t size = sizeof name;
        int errno_value = 0;

        autofd int fd = -1;
        if (!bind_port(port, 0, &fd, &errno_value))
                return fail_errno(error, errno_value,
                                  "The host has no free port for port %u of the container",
                                  port->container_first);
        if (getsockname(fd, (struct sockaddr *) &name, &size) < 0)
                return fail_errno(error, errno, "Cannot find out which port is free");
        port->host_first = port->host_last = ntohs(name.sin6_port); /* at the same place in IPv4's */
        port->is_chosen = true;
        int held = steal_fd(&fd);
        g_array_append_val(port_fds, held);
        return true;
}

bool network_ports_choose(GPtrArray *ports, GArray *port_fds, GError **error) {
        for (guint i = 0; i < ports->len; i++) {
                PortMapping *port = ports->pdata[i];
                if (port->host_first != 0)
                        continue;
                if (port->container_last > port->container_first) {
                        PortMapping *rest = g_memdup2(port, sizeof *port);
                        rest->address = g_strdup(port->address);
                        rest->container_first++;
                        port->container_last = port->container_first;
                        g_ptr_array_insert(ports, (gint) i + 1, rest);
                }
                if (!choose_port(port, port_fds, error))
                        return false;
        }
        return true;
}
