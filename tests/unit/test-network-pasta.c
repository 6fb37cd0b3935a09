/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pasta's command line, word by word. */

#include "runner/network-pasta.h"

#include "spec/value-port.h"

static char *plan(const char *const *ports, const char *dns_address) {
        Network network = NETWORK_INITIAL;

        network.kind = NETWORK_PASTA;
        network.guest_address = "10.0.2.15";
        network.dns_address = dns_address;
        network.fifo_path = (char *) "/run/c/pasta.pid";
        g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        for (; *ports; ports++) {
                PortMapping *port;
                g_assert_true(value_port_parse(*ports, &port, NULL));
                g_ptr_array_add(list, port);
        }
        network.ports = list;

        g_autoptr(GPtrArray) arguments = network_pasta_plan(&network, 4711);
        g_assert_null(arguments->pdata[arguments->len - 1]);
        g_autofree char *words = g_strjoinv(" ", (char **) arguments->pdata);
        return g_strconcat(words, " ", NULL);
}

#define PORTS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const char *const no_ports[] = {NULL};

static void assert_has(const char *words, const char *part) {
        g_autofree char *padded = g_strconcat(" ", part, " ", NULL);

        if (!g_strstr_len(words, -1, padded))
                g_error("'%s' is not in '%s'", part, words);
}

static void addresses_are_private_and_fixed(void) {
        g_autofree char *words = plan(no_ports, NULL);

        g_assert_true(g_str_has_prefix(words, "pasta --foreground "));
        assert_has(words, "--address 10.0.2.15");
        assert_has(words, "--netmask 24");
        assert_has(words, "--gateway 10.0.2.2");
        assert_has(words, "--mtu 65520");
        assert_has(words, "--pid /run/c/pasta.pid");
        g_assert_true(g_str_has_suffix(words, " 4711 "));
}

static void the_host_stays_out_of_reach(void) {
        g_autofree char *words = plan(no_ports, NULL);

        /* Neither its loopback by the gateway's address, nor what happens to listen there. */
        assert_has(words, "--no-map-gw");
        assert_has(words, "--tcp-ns none");
        assert_has(words, "--udp-ns none");
        assert_has(words, "--tcp-ports none");
        assert_has(words, "--udp-ports none");
}

static void the_payloads_uid_does_not_end_it(void) {
        g_autofree char *words = plan(no_ports, NULL);

        assert_has(words, "--no-netns-quit");
}

static void ports_are_published_by_protocol(void) {
        g_autofree char *words = plan(PORTS("8080:80", "8443:443/tcp", "5353:53/udp"), NULL);

        assert_has(words, "--tcp-ports 8080:80 --tcp-ports 8443:443 --udp-ports 5353:53");
        g_assert_null(g_strstr_len(words, -1, "ports none"));
}

static void ports_have_addresses_and_ranges(void) {
        g_autofree char *words = plan(PORTS("127.0.0.1:8080:80", "[::1]:8081:81", "9000-9010:90-100"), NULL);

        assert_has(words, "--tcp-ports 127.0.0.1/8080:80");
        assert_has(words, "--tcp-ports ::1/8081:81");
        assert_has(words, "--tcp-ports 9000-9010:90-100");
        assert_has(words, "--udp-ports none");
}

static void dns_is_forwarded_where_it_must_be(void) {
        g_autofree char *with = plan(no_ports, "10.0.2.3"), *without = plan(no_ports, NULL);

        assert_has(with, "--dns-forward 10.0.2.3");
        g_assert_null(g_strstr_len(without, -1, "--dns-forward"));
}

/* podman-run(1): PublishPort=80 takes any free port of the host. It must be known to whoever looks for it. */
static void a_free_port_is_a_real_one(void) {
        g_autofree char *words = plan(PORTS("80"), NULL);

        if (g_strstr_len(words, -1, " 0:80 "))
                g_test_incomplete("pasta is told port 0, and nobody learns which one it takes");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/network-pasta/plan/has-private-and-fixed-addresses",
                        addresses_are_private_and_fixed);
        g_test_add_func("/network-pasta/plan/keeps-the-host-out-of-reach", the_host_stays_out_of_reach);
        g_test_add_func("/network-pasta/plan/does-not-end-with-the-payloads-uid",
                        the_payloads_uid_does_not_end_it);
        g_test_add_func("/network-pasta/plan/publishes-ports-by-protocol", ports_are_published_by_protocol);
        g_test_add_func("/network-pasta/plan/knows-addresses-and-ranges", ports_have_addresses_and_ranges);
        g_test_add_func("/network-pasta/plan/forwards-dns-where-it-must", dns_is_forwarded_where_it_must_be);
        g_test_add_func("/network-pasta/plan/has-a-real-number-for-any-free-port",
                        a_free_port_is_a_real_one);
        return g_test_run();
}
