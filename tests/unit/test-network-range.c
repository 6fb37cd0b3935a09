/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tables as the kernel prints them. */

#include "runner/network-range.h"

#define HEAD      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define DEFAULT   "eth0\t00000000\tFE0200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
#define LAN       "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
#define QEMU      "eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
#define ALL_OF_10 "tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
#define HALF      "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"
#define HOST      "tun0\t0302000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"

static void assert_range(const char *routes, const char *resolv_conf, const char *guest) {
        g_assert_cmpstr(network_range_choose(routes, resolv_conf)->guest, ==, guest);
}

static void the_first_range_unless_the_host_has_it(void) {
        assert_range("", "", "10.0.2.15");
        assert_range(HEAD DEFAULT LAN, "nameserver 192.0.2.1\n", "10.0.2.15");
        assert_range(HEAD QEMU DEFAULT, "", "10.213.2.15");
        assert_range(HEAD HOST, "", "10.213.2.15");
        assert_range(HEAD DEFAULT ALL_OF_10, "", "172.31.213.15");
}

static void routes_to_everything_are_in_nobodys_way(void) {
        assert_range(HEAD HALF, "", "10.0.2.15");
}

static void a_resolver_stays_reachable(void) {
        assert_range(HEAD DEFAULT, "nameserver 10.0.2.3\n", "10.213.2.15");
        assert_range(HEAD DEFAULT, "# nameserver 10.0.2.3\nnameservers\nnameserver fe80::1\n", "10.0.2.15");
}

static void default_routes_are_seen(void) {
        g_assert_false(network_range_has_default_route("", ""));
        g_assert_false(network_range_has_default_route(HEAD LAN, ""));
        g_assert_true(network_range_has_default_route(HEAD LAN DEFAULT, ""));
        /* The first is that of the kernel for unreachable addresses. */
        g_assert_false(network_range_has_default_route(
                HEAD, "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
                      "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n"));
        g_assert_true(network_range_has_default_route(
                HEAD, "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
                      "fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"));
}

static void assert_on_loopback(const char *resolv_conf, const char *expected) {
        g_autofree char *address = network_range_find_loopback_resolver(resolv_conf);

        g_assert_cmpstr(address, ==, expected);
}

static void loopback_resolvers_are_seen(void) {
        assert_on_loopback("nameserver 127.0.0.53\noptions edns0\n", "127.0.0.53");
        assert_on_loopback("nameserver 192.0.2.1\nnameserver\t::1\n", "::1");
        assert_on_loopback("nameserver 192.0.2.127\n#nameserver 127.0.0.1\n", NULL);
        assert_on_loopback("", NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/network-range/choose/takes-the-first-that-the-host-has-not",
                        the_first_range_unless_the_host_has_it);
        g_test_add_func("/network-range/choose/does-not-mind-default-routes",
                        routes_to_everything_are_in_nobodys_way);
        g_test_add_func("/network-range/choose/keeps-resolvers-reachable", a_resolver_stays_reachable);
        g_test_add_func("/network-range/has-default-route/sees-it", default_routes_are_seen);
        g_test_add_func("/network-range/find-loopback-resolver/sees-it", loopback_resolvers_are_seen);
        return g_test_run();
}
