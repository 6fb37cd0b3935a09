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

static bool bind_for_a_moment(const char *address, guint16 number, int type, int *ret_errno) {
        struct sockaddr_in6 v6 = {
                .sin6_family = AF_INET6, .sin6_port = htons(number), .sin6_addr = IN6ADDR_ANY_INIT};
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(number), .sin_addr = {INADDR_ANY}};
        bool is_v6 = address && inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;
        const int yes = 1;

        if (address && *address && !is_v6)
                (void) inet_pton(AF_INET, address, &v4.sin_addr); /* the grammar has checked it */

        autofd int fd = socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
        /* A listener that has just ended leaves connections behind that are in nobody's way. */
        if (fd >= 0 && type == SOCK_STREAM)
                setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        const struct sockaddr *name = is_v6 ? (const struct sockaddr *) &v6 : (const struct sockaddr *) &v4;
        if (fd < 0 || bind(fd, name, is_v6 ? sizeof v6 : sizeof v4) < 0 ||
            (type == SOCK_STREAM && listen(fd, 1) < 0)) {
                *ret_errno = errno;
                return false;
        }
        return true;
}

static bool explain_privileged(guint16 number, const char *protocol, GError **error) {
        g_autofree char *floor = NULL;

        if (!file_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start", 64, &floor, NULL, NULL))
                floor = g_strdup("1024");
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "Port %u/%s of the host cannot be published: users may bind ports from %s on "
                "(net.ipv4.ip_unprivileged_port_start). Publish a higher one (PublishPort=8080:80), or let the "
                "administrator lower the limit once: echo 'net.ipv4.ip_unprivileged_port_start=%u' | sudo tee "
                "/etc/sysctl.d/50-wolffia.conf && sudo sysctl --system",
                number, protocol, g_strstrip(floor), number);
}

static bool check_port(const PortMapping *port, guint16 number, GError **error) {
        const char *protocol = port->protocol == PORT_UDP ? "udp" : "tcp";
        int errno_value = 0;

        if (bind_for_a_moment(port->address, number, port->protocol == PORT_UDP ? SOCK_DGRAM : SOCK_STREAM,
                              &errno_value))
                return true;
        switch (errno_value) {
        case EACCES:
                return explain_privileged(number, protocol, error);
        case EADDRINUSE:
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "Port %u/%s of the host is taken by another program ('ss -%slnp sport = :%u' names it); publish "
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

bool network_ports_check(const GPtrArray *ports, GError **error) {
        for (guint i = 0; i < ports->len; i++) {
                const PortMapping *port = ports->pdata[i];
                for (unsigned number = port->host_first; number <= port->host_last; number++)
                        if (number > 0 && !check_port(port, (guint16) number, error))
                                return false;
        }
        return true;
}
