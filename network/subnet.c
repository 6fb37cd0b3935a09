/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Addresses are counted as big-endian numbers of 4 or 16 bytes. */

#include "network/subnet.h"

#include "base/error.h"
#include "base/file.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t subnet_address_size(const Address *address) {
        if (address->family == AF_INET)
                return 4;
        return address->family == AF_INET6 ? 16 : 0;
}

bool subnet_parse_address(const char *text, Address *ret_address, GError **error) {
        Address address = {0};

        if (inet_pton(AF_INET, text, address.bytes) == 1)
                address.family = AF_INET;
        else if (inet_pton(AF_INET6, text, address.bytes) == 1)
                address.family = AF_INET6;
        else
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not an address; write one like 10.89.0.5 or fd00:1::5", text);
        *ret_address = address;
        return true;
}

static void clear_host_bits(Address *address, guint prefix) {
        for (size_t i = 0; i < subnet_address_size(address); i++) {
                guint bits = prefix > i * 8 ? MIN(prefix - (guint) i * 8, 8) : 0;
                address->bytes[i] &= (guint8) (0xff00 >> bits);
        }
}

bool subnet_parse(const char *text, Subnet *ret_subnet, GError **error) {
        const char *slash = strchr(text, '/');
        g_autofree char *address = slash ? g_strndup(text, (gsize) (slash - text)) : g_strdup(text);
        guint64 prefix = 0;
        Subnet subnet;

        if (!subnet_parse_address(address, &subnet.base, error))
                return false;
        guint most = (guint) subnet_address_size(&subnet.base) * 8;
        if (!slash || !g_ascii_string_to_unsigned(slash + 1, 10, 1, most, &prefix, NULL))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not a subnet; write one like 10.89.0.0/24 or fd00:1::/64", text);
        subnet.prefix = (guint) prefix;
        clear_host_bits(&subnet.base, subnet.prefix);
        *ret_subnet = subnet;
        return true;
}

char *subnet_print_address(const Address *address) {
        char text[INET6_ADDRSTRLEN] = "";

        if (address->family != 0)
                inet_ntop(address->family, address->bytes, text, sizeof text);
        return g_strdup(text);
}

char *subnet_print(const Subnet *subnet) {
        g_autofree char *base = subnet_print_address(&subnet->base);

        return *base ? g_strdup_printf("%s/%u", base, subnet->prefix) : g_strdup("");
}

char *subnet_print_range(const AddressRange *range) {
        g_autofree char *first = subnet_print_address(&range->first);
        g_autofree char *last = subnet_print_address(&range->last);

        return *first ? g_strdup_printf("%s-%s", first, last) : g_strdup("");
}

static Address last_of(const Subnet *subnet) {
        Address last = subnet->base;

        for (guint bit = subnet->prefix; bit < subnet_address_size(&last) * 8; bit++)
                last.bytes[bit / 8] |= (guint8) (0x80 >> bit % 8);
        return last;
}

bool subnet_parse_range(const char *text, AddressRange *ret_range, GError **error) {
        const char *dash = strchr(text, '-');
        Subnet subnet;

        if (!dash) {
                if (!subnet_parse(text, &subnet, error))
                        return false;
                *ret_range = (AddressRange){subnet.base, last_of(&subnet)};
                return true;
        }
        g_autofree char *first = g_strndup(text, (gsize) (dash - text));
        return subnet_parse_address(first, &ret_range->first, error) &&
               subnet_parse_address(dash + 1, &ret_range->last, error);
}

bool subnet_is_equal(const Address *a, const Address *b) {
        return a->family == b->family && memcmp(a->bytes, b->bytes, subnet_address_size(a)) == 0;
}

bool subnet_contains(const Subnet *subnet, const Address *address) {
        Address base = *address;

        clear_host_bits(&base, subnet->prefix);
        return subnet_is_equal(&base, &subnet->base);
}

bool subnet_overlaps(const Subnet *a, const Subnet *b) {
        return a->prefix < b->prefix ? subnet_contains(a, &b->base) : subnet_contains(b, &a->base);
}

Address subnet_nth(const Address *base, guint64 n) {
        Address address = *base;

        for (size_t i = subnet_address_size(&address); i > 0 && n > 0; i--) {
                n += address.bytes[i - 1];
                address.bytes[i - 1] = (guint8) n;
                n >>= 8;
        }
        return address;
}

static bool is_taken(const GArray *taken, const Address *address) {
        for (guint i = 0; i < taken->len; i++)
                if (subnet_is_equal(&g_array_index(taken, Address, i), address))
                        return true;
        return false;
}

bool subnet_is_end(const Subnet *subnet, const Address *address) {
        size_t size = subnet_address_size(&subnet->base);
        Address last = last_of(subnet);

        return subnet->prefix < size * 8 - 1 &&
               (subnet_is_equal(address, &subnet->base) || (size == 4 && subnet_is_equal(address, &last)));
}

/* Nobody looks through more of an IPv6 subnet. */
#define MOST_ADDRESSES (1 << 20)

bool subnet_find_free(const Subnet *subnet, const AddressRange *range, const GArray *taken,
                      Address *ret_address, GError **error) {
        AddressRange all = {subnet->base, last_of(subnet)};
        const AddressRange *within = range->first.family == subnet->base.family ? range : &all;
        size_t size = subnet_address_size(&subnet->base);

        for (guint64 n = 0; n < MOST_ADDRESSES; n++) {
                Address address = subnet_nth(&within->first, n);
                if (memcmp(address.bytes, within->last.bytes, size) > 0)
                        break;
                if (!subnet_contains(subnet, &address) || subnet_is_end(subnet, &address) ||
                    is_taken(taken, &address))
                        continue;
                *ret_address = address;
                return true;
        }
        g_autofree char *text = subnet_print_range(within);
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "All addresses of %s are taken; a larger Subnet= or IPRange= has more", text);
}

static bool overlaps_any(const Subnet *subnet, const GArray *taken) {
        for (guint i = 0; i < taken->len; i++)
                if (subnet_overlaps(subnet, &g_array_index(taken, Subnet, i)))
                        return true;
        return false;
}

static bool choose_in(const SubnetBlock *block, const GArray *taken, Subnet *ret_subnet) {
        const Subnet *first = &block->first;
        guint64 size = (guint64) 1 << (subnet_address_size(&first->base) * 8 - first->prefix);

        for (guint64 n = 0; n < block->count; n++) {
                Subnet subnet = {subnet_nth(&first->base, n * size), first->prefix};
                if (!overlaps_any(&subnet, taken)) {
                        *ret_subnet = subnet;
                        return true;
                }
        }
        return false;
}

bool subnet_choose(const SubnetBlock *blocks, size_t count, const GArray *taken, Subnet *ret_subnet,
                   GError **error) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (size_t i = 0; i < count; i++) {
                g_autofree char *first = subnet_print(&blocks[i].first);
                if (choose_in(&blocks[i], taken, ret_subnet))
                        return true;
                g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", first);
        }
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "The host's routes ('ip route') and your networks leave no subnet free among those from %s on",
                text->str);
}

GArray *subnet_routed(void) {
        GArray *subnets = g_array_new(FALSE, FALSE, sizeof(Subnet));
        g_autofree char *text = NULL;
        guint32 base, mask;

        /* proc(5): the numbers lie in memory as the network has them. */
        if (!file_read(AT_FDCWD, "/proc/net/route", 0, &text, NULL, NULL))
                return subnets;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                if (sscanf(*line, "%*s %" SCNx32 " %*s %*s %*s %*s %*s %" SCNx32, &base, &mask) != 2)
                        continue;
                Subnet subnet = {{AF_INET, {0}}, (guint) __builtin_popcount(mask)};
                if (subnet.prefix <= 2)
                        continue;
                memcpy(subnet.base.bytes, &base, sizeof base);
                g_array_append_val(subnets, subnet);
        }
        return subnets;
}

Subnet subnet_choose_v6(const char *seed) {
        Subnet subnet = {{AF_INET6, {0xfd}}, 64};
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, seed, -1);

        for (size_t i = 0; i < 7; i++) {
                const char digits[] = {digest[2 * i], digest[2 * i + 1], '\0'};
                subnet.base.bytes[1 + i] = (guint8) strtoul(digits, NULL, 16);
        }
        return subnet;
}

char *subnet_find_ipv6_interface(const char *addresses6) {
        g_auto(GStrv) lines = g_strsplit(addresses6, "\n", -1);

        for (char **line = lines; *line; line++) {
                char name[17];
                unsigned scope;
                if (sscanf(*line, "%*32s %*x %*x %x %*x %16s", &scope, name) == 2 && scope == 0x20)
                        return g_strdup(name);
        }
        return NULL;
}
