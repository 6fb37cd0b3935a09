/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first range is that of slirp4netns and qemu, which people know; 10.0.3.0/24 is LXC's. A host inside of
 * qemu has the first itself. */

#include "runner/network-range.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const NetworkRange ranges[] = {
        {"10.0.2.15", "10.0.2.2", "10.0.2.3", "10.0.2.100", "10.0.2.0/24"},
        {"10.213.2.15", "10.213.2.2", "10.213.2.3", "10.213.2.100", "10.213.2.0/24"},
        {"172.31.213.15", "172.31.213.2", "172.31.213.3", "172.31.213.100", "172.31.213.0/24"},
        {"192.168.213.15", "192.168.213.2", "192.168.213.3", "192.168.213.100", "192.168.213.0/24"},
        {"198.18.213.15", "198.18.213.2", "198.18.213.3", "198.18.213.100",
         "198.18.213.0/24"}, /* RFC 2544: not for the internet either */
};

#define RANGE_MASK 0xffffff00u

static bool meets(const NetworkRange *range, guint32 destination, guint32 mask) {
        struct in_addr address;

        inet_pton(AF_INET, range->guest, &address);
        return ((ntohl(address.s_addr) ^ destination) & mask & RANGE_MASK) == 0;
}

/* Lines are "Iface Destination Gateway Flags RefCnt Use Metric Mask …", numbers in hexadecimal as they lie in
 * memory. */
static bool parse_route(const char *line, guint32 *ret_destination, guint32 *ret_mask) {
        unsigned destination, mask;

        if (sscanf(line, "%*s %x %*x %*x %*d %*d %*d %x", &destination, &mask) != 2)
                return false;
        *ret_destination = ntohl(destination);
        *ret_mask = ntohl(mask);
        return true;
}

static bool is_routed(const NetworkRange *range, char *const *routes) {
        guint32 destination, mask;

        for (; *routes; routes++)
                if (parse_route(*routes, &destination, &mask) && mask > 0xc0000000u &&
                    meets(range, destination, mask))
                        return true;
        return false;
}

/* The address of a line of resolv.conf(5), or NULL. Caller frees. */
static char *find_resolver(const char *line) {
        if (!g_str_has_prefix(line, "nameserver") || !g_ascii_isspace(line[10]))
                return NULL;
        return g_strstrip(g_strdup(line + 11));
}

static bool has_resolver(const NetworkRange *range, char *const *lines) {
        struct in_addr address;

        for (; *lines; lines++) {
                g_autofree char *resolver = find_resolver(*lines);
                if (resolver && inet_pton(AF_INET, resolver, &address) == 1 &&
                    meets(range, ntohl(address.s_addr), G_MAXUINT32))
                        return true;
        }
        return false;
}

const NetworkRange *network_range_choose(const char *routes, const char *resolv_conf) {
        g_auto(GStrv) route_lines = g_strsplit(routes, "\n", -1);
        g_auto(GStrv) resolver_lines = g_strsplit(resolv_conf, "\n", -1);

        for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
                if (!is_routed(&ranges[i], route_lines) && !has_resolver(&ranges[i], resolver_lines))
                        return &ranges[i];
        return &ranges[0];
}

bool network_range_has_default_route(const char *routes, const char *routes6) {
        g_auto(GStrv) lines = g_strsplit(routes, "\n", -1), lines6 = g_strsplit(routes6, "\n", -1);
        guint32 destination, mask;

        for (char **line = lines; *line; line++)
                if (parse_route(*line, &destination, &mask) && mask == 0)
                        return true;
        /* "Destination Length Source Length Gateway …"; without a gateway it is the one that refuses. */
        for (char **line = lines6; *line; line++) {
                char gateway[33];
                if (sscanf(*line, "00000000000000000000000000000000 00 %*32s %*2s %32s", gateway) == 1 &&
                    strspn(gateway, "0") != 32)
                        return true;
        }
        return false;
}

char *network_range_find_loopback_resolver(const char *resolv_conf) {
        g_auto(GStrv) lines = g_strsplit(resolv_conf, "\n", -1);

        for (char **line = lines; *line; line++) {
                g_autofree char *resolver = find_resolver(*line);
                if (resolver && (g_str_has_prefix(resolver, "127.") || g_str_equal(resolver, "::1")))
                        return g_steal_pointer(&resolver);
        }
        return NULL;
}
