/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* rtnetlink(7) says that something has changed; what it is now, a socket that is connected to nowhere knows. */

#include "runner/supervisor-hosts.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* In the order of memory, as the kernel has numbers of the network. */
static const unsigned char elsewhere[4] = {192, 0, 2, 1}, port[2] = {0, 9};

static int find_address(unsigned char bytes[4]) {
        struct sockaddr_in other = {.sin_family = AF_INET}, own;
        socklen_t size = sizeof own;
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        memcpy(&other.sin_addr, elsewhere, sizeof elsewhere);
        memcpy(&other.sin_port, port, sizeof port);
        int result = fd < 0 ? -1 : connect(fd, (const struct sockaddr *) &other, sizeof other);
        if (result == 0)
                result = getsockname(fd, (struct sockaddr *) &own, &size);
        if (fd >= 0)
                close(fd);
        if (result == 0)
                memcpy(bytes, &own.sin_addr, 4);
        return result;
}

static void print(const unsigned char bytes[4], char text[SUPERVISOR_HOSTS_WIDTH]) {
        int length = 0;

        for (int i = 0; i < 4; i++) {
                int number = bytes[i];
                if (i > 0)
                        text[length++] = '.';
                if (number >= 100)
                        text[length++] = (char) ('0' + number / 100);
                if (number >= 10)
                        text[length++] = (char) ('0' + number / 10 % 10);
                text[length++] = (char) ('0' + number % 10);
        }
        while (length < SUPERVISOR_HOSTS_WIDTH)
                text[length++] = ' ';
}

void supervisor_hosts_refresh(const SupervisorHosts *hosts) {
        static const char name[] = SUPERVISOR_HOSTS_NAME;
        char event[1024], now[SUPERVISOR_HOSTS_WIDTH], before[SUPERVISOR_HOSTS_WIDTH + sizeof name - 1];
        unsigned char bytes[4];

        while (hosts->event_fd >= 0 && recv(hosts->event_fd, event, sizeof event, MSG_DONTWAIT) > 0)
                ;
        if (find_address(bytes) != 0)
                return;
        print(bytes, now);
        /* The payload may have written the file anew, and something else may be there by now. */
        if (pread(hosts->fd, before, sizeof before, hosts->at) == (ssize_t) sizeof before &&
            memcmp(before + sizeof now, name, sizeof name - 1) == 0 && memcmp(now, before, sizeof now) != 0)
                (void) !pwrite(hosts->fd, now, sizeof now, hosts->at);
}

void supervisor_hosts_open(SupervisorHosts *hosts) {
        const struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                            .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE};

        hosts->event_fd = -1;
        if (hosts->fd < 0)
                return;
        hosts->event_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (hosts->event_fd >= 0 &&
            bind(hosts->event_fd, (const struct sockaddr *) &address, sizeof address) < 0) {
                close(hosts->event_fd);
                hosts->event_fd = -1;
        }
        supervisor_hosts_refresh(hosts);
}
