/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Addresses, subnets, and giving them out. */

#include "network/subnet.h"

#include "base/error.h"

#include <sys/socket.h>

static Subnet parse(const char *text) {
        Subnet subnet;

        g_assert_true(subnet_parse(text, &subnet, NULL));
        return subnet;
}

static Address address(const char *text) {
        Address parsed;

        g_assert_true(subnet_parse_address(text, &parsed, NULL));
        return parsed;
}

static void assert_parsed(const char *text, const char *expected) {
        Subnet subnet = parse(text);
        g_autofree char *printed = subnet_print(&subnet);

        g_assert_cmpstr(printed, ==, expected);
}

static void parse_clears_the_bits_of_hosts(void) {
        assert_parsed("10.89.7.77/24", "10.89.7.0/24");
        assert_parsed("10.89.7.77/31", "10.89.7.76/31");
        assert_parsed("10.89.7.77/32", "10.89.7.77/32");
        assert_parsed("172.31.255.1/12", "172.16.0.0/12");
        assert_parsed("fd00:1:2:3:4::5/64", "fd00:1:2:3::/64");
}

static void parse_refuses_what_is_no_subnet(void) {
        static const char *const bad[] = {
                "10.89.0.0", "10.89.0.0/33", "10.89.0.0/0",   "10.89.0/24", "fd00::/129",   "/24",
                "",          "10.89.0.0/",   "10.89.0.0/x24", "host/24",    "10.89.0.0/-1", "10.89.0.0/24 "};

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;
                Subnet subnet;
                g_assert_false(subnet_parse(bad[i], &subnet, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

static void overlap_is_seen_from_either_side(void) {
        Subnet large = parse("10.0.0.0/8"), small = parse("10.89.0.0/24"), other = parse("10.89.1.0/24"),
               v6 = parse("fd00::/8");

        g_assert_true(subnet_overlaps(&large, &small));
        g_assert_true(subnet_overlaps(&small, &large));
        g_assert_false(subnet_overlaps(&small, &other));
        g_assert_false(subnet_overlaps(&v6, &large));
}

/* TAKEN: addresses separated by blanks. NULL: none is free. */
static void assert_free(const char *subnet_text, const char *range_text, const char *taken_text,
                        const char *expected) {
        g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(Address));
        g_auto(GStrv) words = g_strsplit(taken_text, " ", -1);
        g_autoptr(GError) error = NULL;
        Subnet subnet = parse(subnet_text);
        AddressRange range = {0};
        Address found;

        for (char **word = words; *word; word++)
                if (**word) {
                        Address one = address(*word);
                        g_array_append_val(taken, one);
                }
        if (range_text)
                g_assert_true(subnet_parse_range(range_text, &range, NULL));
        bool done = subnet_find_free(&subnet, &range, taken, &found, &error);
        if (!expected) {
                g_assert_false(done);
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED);
                return;
        }
        g_assert_no_error(error);
        g_autofree char *printed = subnet_print_address(&found);
        g_assert_cmpstr(printed, ==, expected);
}

static void free_address_is_the_lowest(void) {
        assert_free("10.89.0.0/24", NULL, "10.89.0.1", "10.89.0.2");
        assert_free("10.89.0.0/24", NULL, "10.89.0.1 10.89.0.3 10.89.0.2", "10.89.0.4");
        assert_free("fd00:1::/64", NULL, "fd00:1::1", "fd00:1::2");
}

static void free_address_is_not_the_networks_own_or_the_broadcast(void) {
        assert_free("10.89.0.0/30", NULL, "10.89.0.1", "10.89.0.2");
        assert_free("10.89.0.0/30", NULL, "10.89.0.1 10.89.0.2", NULL);
        assert_free("10.89.0.4/31", NULL, "10.89.0.4", "10.89.0.5");
}

static void free_address_is_in_the_range(void) {
        assert_free("10.89.0.0/24", "10.89.0.128/25", "10.89.0.1", "10.89.0.128");
        assert_free("10.89.0.0/24", "10.89.0.200-10.89.0.201", "10.89.0.200", "10.89.0.201");
        assert_free("10.89.0.0/24", "10.89.0.200-10.89.0.201", "10.89.0.200 10.89.0.201", NULL);
        /* Over the end of a byte. */
        assert_free("10.89.0.0/16", "10.89.0.255-10.89.1.1", "10.89.0.255", "10.89.1.0");
}

static void chosen_subnet_is_in_nobodys_way(void) {
        g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(Subnet));
        const SubnetBlock blocks[] = {{parse("10.89.0.0/24"), 1000}, {parse("172.24.0.0/24"), 2}};
        Subnet found, used[] = {parse("10.89.0.0/23"), parse("192.168.0.0/16")};

        g_array_append_vals(taken, used, G_N_ELEMENTS(used));
        g_assert_true(subnet_choose(blocks, 2, taken, &found, NULL));
        g_autofree char *printed = subnet_print(&found);
        g_assert_cmpstr(printed, ==, "10.89.2.0/24");
        Subnet all = parse("10.0.0.0/8"), other = parse("172.24.0.0/24"), last = parse("172.24.1.0/24");
        g_array_append_val(taken, all);
        g_array_append_val(taken, other);
        g_assert_true(subnet_choose(blocks, 2, taken, &found, NULL));
        g_autofree char *next = subnet_print(&found);
        g_assert_cmpstr(next, ==, "172.24.1.0/24");
        g_array_append_val(taken, last);
        g_assert_false(subnet_choose(blocks, 2, taken, &found, NULL));
}

static void chosen_v6_subnet_stays_the_same(void) {
        Subnet a = subnet_choose_v6("app"), b = subnet_choose_v6("app"), other = subnet_choose_v6("web");

        g_assert_true(subnet_is_equal(&a.base, &b.base));
        g_assert_false(subnet_is_equal(&a.base, &other.base));
        g_assert_cmpuint(a.base.bytes[0], ==, 0xfd);
        g_assert_cmpuint(a.base.bytes[8], ==, 0);
}

static void an_interface_with_an_address_of_its_link_is_found(void) {
        g_autofree char *none = subnet_find_ipv6_interface(""),
                        *loopback = subnet_find_ipv6_interface(
                                "00000000000000000000000000000001 01 80 10 80       lo\n"),
                        *link = subnet_find_ipv6_interface(
                                "00000000000000000000000000000001 01 80 10 80       lo\n"
                                "20010db8000000000000000000000010 02 40 00 80     eth1\n"
                                "fe80000000000000bc0cb9fffe52a7c3 03 40 20 80     eth0\n");

        g_assert_null(none);
        g_assert_null(loopback);
        g_assert_cmpstr(link, ==, "eth0");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/subnet/parse/clears-the-bits-of-hosts", parse_clears_the_bits_of_hosts);
        g_test_add_func("/subnet/parse/refuses-what-is-no-subnet", parse_refuses_what_is_no_subnet);
        g_test_add_func("/subnet/overlaps/from-either-side", overlap_is_seen_from_either_side);
        g_test_add_func("/subnet/find-free/is-the-lowest", free_address_is_the_lowest);
        g_test_add_func("/subnet/find-free/spares-the-ends",
                        free_address_is_not_the_networks_own_or_the_broadcast);
        g_test_add_func("/subnet/find-free/is-in-the-range", free_address_is_in_the_range);
        g_test_add_func("/subnet/choose/is-in-nobodys-way", chosen_subnet_is_in_nobodys_way);
        g_test_add_func("/subnet/choose-v6/stays-the-same", chosen_v6_subnet_stays_the_same);
        g_test_add_func("/subnet/find-ipv6-interface/finds-it",
                        an_interface_with_an_address_of_its_link_is_found);
        return g_test_run();
}
