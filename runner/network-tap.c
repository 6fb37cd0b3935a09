/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/network-tap.h"

#include "base/cleanup.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_LENGTH 10000

typedef struct SetLink {
        struct nlmsghdr header;
        struct ifinfomsg link;
        struct rtattr attribute;
        guint32 length;
} SetLink;

/* The ioctl for it is for the host's root only. */
void network_tap_tune(const Network *network) {
        SetLink message = {
                .header = {.nlmsg_len = sizeof message,
                           .nlmsg_type = RTM_SETLINK,
                           .nlmsg_flags = NLM_F_REQUEST},
                .attribute = {.rta_len = RTA_LENGTH(sizeof message.length), .rta_type = IFLA_TXQLEN},
                .length = QUEUE_LENGTH,
        };

        if (network->kind != NETWORK_PASTA)
                return;
        message.link.ifi_index = (int) if_nametoindex(
                network->options->interface ? network->options->interface : NETWORK_INTERFACE);
        /* Without it the container is slower, no more. The kernel has done it when send() returns. */
        autofd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd >= 0)
                (void) send(fd, &message, sizeof message, 0);
}
