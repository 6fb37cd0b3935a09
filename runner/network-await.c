/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A user's unit cannot order itself after the system's network-online.target, and that target is late or never
 * reached on many hosts. The kernel tells of every route that comes. */

#include "runner/network-await.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/notify.h"
#include "runner/network-range.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#define WAIT_SECONDS 30

static bool has_route(void) {
        g_autofree char *routes = NULL, *routes6 = NULL;

        /* The second file is missing without IPv6. */
        if (!file_read(AT_FDCWD, "/proc/net/route", 1 << 22, &routes, NULL, NULL))
                routes = g_strdup("");
        if (!file_read(AT_FDCWD, "/proc/net/ipv6_route", 1 << 22, &routes6, NULL, NULL))
                routes6 = g_strdup("");
        return network_range_has_default_route(routes, routes6);
}

static bool open_events(int *ret_fd, GError **error) {
        struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                      .nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};

        autofd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof address) < 0)
                return fail_errno(error, errno, "Cannot listen to changes of the host's network");
        *ret_fd = steal_fd(&fd);
        return true;
}

bool network_await_route(GError **error) {
        char buffer[8192];
        autofd int fd = -1;

        if (has_route())
                return true;
        if (!open_events(&fd, error))
                return false;
        notify_sendf("EXTEND_TIMEOUT_USEC=%" G_GUINT64_FORMAT
                     "\nSTATUS=Waiting for the host's network, whose addresses the container is to have",
                     (guint64) (WAIT_SECONDS + 30) * G_USEC_PER_SEC);

        gint64 end = g_get_monotonic_time() + WAIT_SECONDS * G_USEC_PER_SEC;
        /* Asked after the socket listens, or a route that came meanwhile would be missed. */
        while (!has_route()) {
                struct pollfd event = {.fd = fd, .events = POLLIN};
                gint64 left = end - g_get_monotonic_time();
                if (left <= 0 || (poll(&event, 1, (int) (left / 1000) + 1) < 0 && errno != EINTR))
                        break;
                while (read(fd, buffer, sizeof buffer) > 0)
                        ;
        }
        notify_send("STATUS=");
        return true;
}
