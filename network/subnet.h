/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Addresses and the subnets that they are given out of. Pure. */

#include <glib.h>
#include <stdbool.h>

typedef struct Address {
        int family; /* AF_INET, AF_INET6; 0: there is none */
        guint8 bytes[16];
} Address;

typedef struct Subnet {
        Address base; /* family 0: there is none */
        guint prefix;
} Subnet;

typedef struct AddressRange {
        Address first; /* family 0: there is none */
        Address last;
} AddressRange;

bool subnet_parse_address(const char *text, Address *ret_address, GError **error);
/* "10.89.0.0/24", "fd00:1::/64"; what the prefix leaves free is cleared. */
bool subnet_parse(const char *text, Subnet *ret_subnet, GError **error);

/* ADDRESS/LENGTH, all of a subnet, or FIRST-LAST. */
bool subnet_parse_range(const char *text, AddressRange *ret_range, GError **error);

/* "" for none. Callers free. */
char *subnet_print_address(const Address *address);
char *subnet_print(const Subnet *subnet);
char *subnet_print_range(const AddressRange *range);

/* 4 or 16, 0 for none. */
size_t subnet_address_size(const Address *address);
bool subnet_is_equal(const Address *a, const Address *b);
bool subnet_contains(const Subnet *subnet, const Address *address);
bool subnet_overlaps(const Subnet *a, const Subnet *b);

/* The subnet's own address, or that of its broadcasts: nobody's. */
bool subnet_is_end(const Subnet *subnet, const Address *address);

/* The address N behind BASE. */
Address subnet_nth(const Address *base, guint64 n);

/* The lowest address of SUBNET, or of RANGE (family 0: all of it) in it, that is none of TAKEN (of Address), not the
 * network's own and not the broadcast address. */
bool subnet_find_free(const Subnet *subnet, const AddressRange *range, const GArray *taken,
                      Address *ret_address, GError **error);

/* COUNT subnets from FIRST on, each behind the other. */
typedef struct SubnetBlock {
        Subnet first;
        guint count;
} SubnetBlock;

/* The first subnet of BLOCKS that overlaps none of TAKEN (of Subnet). */
bool subnet_choose(const SubnetBlock *blocks, size_t count, const GArray *taken, Subnet *ret_subnet,
                   GError **error);

/* What the routes of this network namespace lead to, of IPv4 (of Subnet): but for the default route, also where it is two halves, as
 * VPNs write it. Caller unrefs. */
GArray *subnet_routed(void);

/* A unique local subnet (RFC 4193) that is always the same for SEED. */
Subnet subnet_choose_v6(const char *seed);

/* An interface with an IPv6 address of its link, from the text of /proc/net/if_inet6; NULL when there is none.
 * Caller frees. */
char *subnet_find_ipv6_interface(const char *addresses6);
