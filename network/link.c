/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request is built in one buffer, sent, and acknowledged by the kernel; dumps are not needed. */

#include "network/link.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <linux/ethtool.h>
#include <linux/fib_rules.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define MARK_TABLE  100
#define SETTLE_MSEC 1000 /* a client would wait as long */
#define STATE_UP    6    /* IF_OPER_UP of <linux/if.h>, beside which <net/if.h> cannot stand */

typedef struct Request {
        union {
                struct nlmsghdr header;
                char bytes[1024];
        };
} Request;

bool link_open(Link *ret_link, GError **error) {
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot talk to the kernel about networks");
        *ret_link = (Link){.fd = fd};
        return true;
}

void link_close(Link *link) {
        cleanup_fd(&link->fd);
}

static void begin(Request *request, int type, int flags, const void *body, size_t size) {
        memset(request, 0, sizeof *request);
        request->header.nlmsg_type = (guint16) type;
        request->header.nlmsg_flags = (guint16) (NLM_F_REQUEST | NLM_F_ACK | flags);
        request->header.nlmsg_len = (guint32) NLMSG_SPACE(size);
        memcpy(NLMSG_DATA(&request->header), body, size);
}

static struct rtattr *add(Request *request, int type, const void *data, size_t size) {
        struct rtattr *attribute = (void *) (request->bytes + NLMSG_ALIGN(request->header.nlmsg_len));

        g_assert(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_SPACE(size) <= sizeof request->bytes);
        attribute->rta_type = (unsigned short) type;
        attribute->rta_len = (unsigned short) RTA_LENGTH(size);
        if (size > 0)
                memcpy(RTA_DATA(attribute), data, size);
        request->header.nlmsg_len = (guint32) (NLMSG_ALIGN(request->header.nlmsg_len) + RTA_SPACE(size));
        return attribute;
}

static void add_text(Request *request, int type, const char *text) {
        add(request, type, text, strlen(text) + 1);
}

static void add_number(Request *request, int type, guint32 number) {
        add(request, type, &number, sizeof number);
}

/* What is added up to end() lies inside of it. */
static struct rtattr *nest(Request *request, int type) {
        return add(request, type | NLA_F_NESTED, NULL, 0);
}

static void end(Request *request, struct rtattr *attribute) {
        attribute->rta_len =
                (unsigned short) (request->bytes + request->header.nlmsg_len - (char *) attribute);
}

/* The size of what the kernel says to it; -1, and errno, where it says nothing. */
static ssize_t ask(Link *link, Request *request, struct nlmsghdr *answer, size_t room) {
        ssize_t n;

        request->header.nlmsg_seq = ++link->sequence;
        if (send(link->fd, request, request->header.nlmsg_len, 0) < 0)
                return -1;
        do
                n = recv(link->fd, answer, room, 0);
        while ((n < 0 && errno == EINTR) ||
               (n >= (ssize_t) sizeof *answer && answer->nlmsg_seq != link->sequence));
        return n;
}

/* 0, or the kernel's errno value. */
static int execute(Link *link, Request *request) {
        struct {
                struct nlmsghdr header;
                struct nlmsgerr body;
                char rest[1024];
        } answer;

        ssize_t n = ask(link, request, &answer.header, sizeof answer);
        if (n < (ssize_t) (sizeof answer.header + sizeof(int)) || answer.header.nlmsg_type != NLMSG_ERROR)
                return n < 0 ? errno : EPROTO;
        return -answer.body.error;
}

static bool find(const char *name, int *ret_index, GError **error) {
        *ret_index = (int) if_nametoindex(name);
        return *ret_index > 0 || fail_errno(error, errno, "Cannot find the interface %s", name);
}

void link_choose_mac(const Address *address, guint8 mac[6]) {
        mac[0] = 0x02; /* locally administered */
        mac[1] = 0x57;
        memcpy(mac + 2, address->bytes + subnet_address_size(address) - 4, 4);
}

bool link_make_bridge(Link *link, const char *name, const guint8 mac[6], guint mtu, GError **error) {
        struct ifinfomsg body = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
        const guint8 none = 0;
        Request request;

        begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
        add_text(&request, IFLA_IFNAME, name);
        add_number(&request, IFLA_MTU, mtu);
        add(&request, IFLA_ADDRESS, mac, 6);
        struct rtattr *info = nest(&request, IFLA_LINKINFO);
        add_text(&request, IFLA_INFO_KIND, "bridge");
        struct rtattr *data = nest(&request, IFLA_INFO_DATA);
        add_number(&request, IFLA_BR_FORWARD_DELAY, 0);
        /* Nobody asks who listens (no querier), so multicast goes to all. */
        add(&request, IFLA_BR_MCAST_SNOOPING, &none, sizeof none);
        end(&request, data);
        end(&request, info);
        int result = execute(link, &request);
        if (result == EOPNOTSUPP)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "This kernel has no bridges; 'modprobe bridge' as root loads them");
        return result == 0 || fail_errno(error, result, "Cannot make the bridge %s", name);
}

bool link_make_pair(Link *link, const char *name, const char *bridge, const char *peer, int peer_fd,
                    const guint8 mac[6], guint mtu, GError **error) {
        struct ifinfomsg body = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP}, peer_body = {0};
        Request request;
        int master;

        if (!find(bridge, &master, error))
                return false;
        begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
        add_text(&request, IFLA_IFNAME, name);
        add_number(&request, IFLA_MTU, mtu);
        add_number(&request, IFLA_MASTER, (guint32) master);
        struct rtattr *info = nest(&request, IFLA_LINKINFO);
        add_text(&request, IFLA_INFO_KIND, "veth");
        struct rtattr *data = nest(&request, IFLA_INFO_DATA);
        struct rtattr *other = add(&request, VETH_INFO_PEER, &peer_body, sizeof peer_body);
        add_text(&request, IFLA_IFNAME, peer);
        add_number(&request, IFLA_MTU, mtu);
        add(&request, IFLA_ADDRESS, mac, 6);
        add_number(&request, IFLA_NET_NS_FD, (guint32) peer_fd);
        end(&request, other);
        end(&request, data);
        end(&request, info);
        int result = execute(link, &request);
        if (result == EOPNOTSUPP)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "This kernel has no veth interfaces; 'modprobe veth' as root loads them");
        if (result == EEXIST)
                return fail_errno(error, result, "Cannot make the interface %s of the container", peer);
        return result == 0 || fail_errno(error, result, "Cannot connect the container to the bridge");
}

bool link_remove(Link *link, const char *name, GError **error) {
        struct ifinfomsg body = {0};
        Request request;

        if (!find(name, &body.ifi_index, error))
                return false;
        begin(&request, RTM_DELLINK, 0, &body, sizeof body);
        int result = execute(link, &request);
        return result == 0 || fail_errno(error, result, "Cannot remove the interface %s", name);
}

bool link_raise(Link *link, const char *name, GError **error) {
        struct ifinfomsg body = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
        Request request;

        if (!find(name, &body.ifi_index, error))
                return false;
        begin(&request, RTM_NEWLINK, 0, &body, sizeof body);
        int result = execute(link, &request);
        return result == 0 || fail_errno(error, result, "Cannot raise the interface %s", name);
}

/* Of RFC 2863, as the kernel's link watch has left it; -1: it cannot be told. */
static int read_state(Link *link, int index) {
        struct ifinfomsg body = {.ifi_index = index};
        union {
                struct nlmsghdr header;
                char bytes[8192];
        } answer;
        Request request;

        begin(&request, RTM_GETLINK, 0, &body, sizeof body);
        request.header.nlmsg_flags = NLM_F_REQUEST; /* the answer is enough */
        ssize_t n = ask(link, &request, &answer.header, sizeof answer);
        if (n < (ssize_t) NLMSG_LENGTH(sizeof body) || answer.header.nlmsg_type != RTM_NEWLINK)
                return -1;
        size_t size = (size_t) n - NLMSG_LENGTH(sizeof body);
        for (const struct rtattr *at = IFLA_RTA(NLMSG_DATA(&answer.header)); RTA_OK(at, size);
             at = RTA_NEXT(at, size))
                if (at->rta_type == IFLA_OPERSTATE)
                        return *(const guint8 *) RTA_DATA(at);
        return -1;
}

void link_settle(Link *link, const char *name) {
        struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
        struct ifreq request = {.ifr_data = (char *) &value};
        int index = (int) if_nametoindex(name);

        g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
        /* The answer does not matter, and where it is refused the wait does the same. */
        (void) ioctl(link->fd, SIOCETHTOOL, &request);
        for (guint i = 0; i < SETTLE_MSEC; i++) {
                int state = read_state(link, index);
                if (state < 0 || state == STATE_UP)
                        return;
                g_usleep(1000);
        }
}

bool link_add_address(Link *link, const char *name, const Address *address, guint prefix, GError **error) {
        struct ifaddrmsg body = {
                .ifa_family = (guint8) address->family,
                .ifa_prefixlen = (guint8) prefix,
                .ifa_flags = IFA_F_NODAD,
        };
        Request request;
        int index;

        if (!find(name, &index, error))
                return false;
        body.ifa_index = (guint32) index;
        begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &body, sizeof body);
        add(&request, IFA_LOCAL, address->bytes, subnet_address_size(address));
        add(&request, IFA_ADDRESS, address->bytes, subnet_address_size(address));
        if (address->family == AF_INET && prefix < 31) {
                Address broadcast = *address;
                for (guint bit = prefix; bit < 32; bit++)
                        broadcast.bytes[bit / 8] |= (guint8) (0x80 >> bit % 8);
                add(&request, IFA_BROADCAST, broadcast.bytes, 4);
        }
        int result = execute(link, &request);
        g_autofree char *text = subnet_print_address(address);
        return result == 0 || fail_errno(error, result, "Cannot give %s the address %s", name, text);
}

static bool add_route(Link *link, struct rtmsg *body, int index, const Subnet *subnet,
                      const Address *gateway, guint32 table, GError **error) {
        Request request;

        begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, body, sizeof *body);
        if (subnet->prefix > 0)
                add(&request, RTA_DST, subnet->base.bytes, subnet_address_size(&subnet->base));
        if (gateway->family != 0)
                add(&request, RTA_GATEWAY, gateway->bytes, subnet_address_size(gateway));
        add_number(&request, RTA_OIF, (guint32) index);
        add_number(&request, RTA_TABLE, table);
        int result = execute(link, &request);
        g_autofree char *text = subnet_print(subnet);
        return result == 0 || result == EEXIST ||
               fail_errno(error, result, "Cannot add a route to %s", text);
}

bool link_add_route(Link *link, const char *name, const Subnet *subnet, const Address *gateway,
                    GError **error) {
        struct rtmsg body = {
                .rtm_family = (guint8) subnet->base.family,
                .rtm_dst_len = (guint8) subnet->prefix,
                .rtm_table = RT_TABLE_MAIN,
                .rtm_protocol = RTPROT_STATIC,
                .rtm_scope = gateway->family != 0 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
                .rtm_type = RTN_UNICAST,
        };
        int index;

        return find(name, &index, error) &&
               add_route(link, &body, index, subnet, gateway, RT_TABLE_MAIN, error);
}

bool link_deliver_marked(Link *link, int family, guint32 mark, GError **error) {
        struct fib_rule_hdr body = {.family = (guint8) family, .table = MARK_TABLE, .action = FR_ACT_TO_TBL};
        struct rtmsg route = {
                .rtm_family = (guint8) family,
                .rtm_table = MARK_TABLE,
                .rtm_protocol = RTPROT_STATIC,
                .rtm_scope = RT_SCOPE_HOST,
                .rtm_type = RTN_LOCAL,
        };
        Subnet all = {{family, {0}}, 0};
        Address none = {0};
        Request request;
        int index;

        begin(&request, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
        add_number(&request, FRA_FWMARK, mark);
        add_number(&request, FRA_PRIORITY, MARK_TABLE);
        int result = execute(link, &request);
        if (result != 0 && result != EEXIST)
                return fail_errno(error, result, "Cannot add a routing rule");
        return find("lo", &index, error) && add_route(link, &route, index, &all, &none, MARK_TABLE, error);
}
