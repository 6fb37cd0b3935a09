/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "network/slirp.h"

static void test_says_what_is_asked_for(void) {
        const Slirp slirp = {
                .target = 77,
                .interface = "eth0",
                .cidr = "10.0.2.0/24",
                .api_path = "/run/x",
                .has_ipv6 = true,
                .outbound = "192.0.2.10",
        };
        g_autoptr(GPtrArray) arguments = slirp_print(&slirp);
        g_autofree char *text = g_strjoinv(" ", (char **) arguments->pdata);

        g_assert_cmpstr(
                text, ==,
                "slirp4netns --configure --mtu=65520 --cidr=10.0.2.0/24 --disable-host-loopback --enable-ipv6 "
                "--outbound-addr=192.0.2.10 --api-socket=/run/x --enable-sandbox --enable-seccomp --ready-fd=0 77 "
                "eth0");
}

static void test_reaches_the_loopback_only_when_asked_to(void) {
        const Slirp slirp = {
                .target = 1, .interface = "tap", .cidr = "c", .mtu = "1500", .maps_loopback = true};
        g_autoptr(GPtrArray) arguments = slirp_print(&slirp);
        g_autofree char *text = g_strjoinv(" ", (char **) arguments->pdata);

        g_assert_cmpstr(
                text, ==,
                "slirp4netns --configure --mtu=1500 --cidr=c --enable-sandbox --enable-seccomp --ready-fd=0 1 tap");
}

static void test_ports_are_objects(void) {
        const SlirpPort port = {"udp", "0.0.0.0", "10.0.2.100", 53, 5353};
        g_autofree char *text = slirp_print_port(&port);

        g_assert_cmpstr(
                text, ==,
                "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\"udp\",\"host_addr\":\"0.0.0.0\","
                "\"host_port\":53,\"guest_addr\":\"10.0.2.100\",\"guest_port\":5353}}");
}

static void test_nobody_listens(void) {
        const SlirpPort port = {"tcp", "0.0.0.0", "10.0.2.100", 8080, 80};
        g_autoptr(GError) error = NULL;

        g_assert_false(slirp_publish("/nowhere/socket", &port, &error));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/slirp/says-what-is-asked-for", test_says_what_is_asked_for);
        g_test_add_func("/slirp/reaches-the-loopback-only-when-asked-to",
                        test_reaches_the_loopback_only_when_asked_to);
        g_test_add_func("/slirp/ports-are-objects", test_ports_are_objects);
        g_test_add_func("/slirp/nobody-listens", test_nobody_listens);
        return g_test_run();
}
