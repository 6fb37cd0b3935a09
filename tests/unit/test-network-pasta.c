/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pasta's command line, word by word. */

#include "runner/network-pasta.h"

#include "spec/value-port.h"

static char *plan_with(const char *const *ports, const char *dns_address, const char *options_text) {
        static const NetworkRange range = {"10.0.2.15", "10.0.2.2", "10.0.2.3"};
        Network network = NETWORK_INITIAL;

        g_autoptr(NetworkOptions) options = NULL;
        g_assert_true(value_pasta_options_parse(options_text, &options, NULL));
        network.kind = NETWORK_PASTA;
        network.options = options;
        network.range = &range;
        network.guest_address = "10.0.2.15";
        network.guest_address6 = NETWORK_GUEST_ADDRESS6;
        network.template = (char *) "lo";
        network.dns_address = dns_address;
        g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        for (; *ports; ports++) {
                PortMapping *port;
                g_assert_true(value_port_parse(*ports, &port, NULL));
                g_ptr_array_add(list, port);
        }
        network.ports = list;

        g_autoptr(GPtrArray) arguments = network_pasta_plan(&network);
        g_ptr_array_add(arguments, NULL);
        g_autofree char *words = g_strjoinv(" ", (char **) arguments->pdata);
        return g_strconcat(words, " ", NULL);
}

static char *plan(const char *const *ports, const char *dns_address) {
        return plan_with(ports, dns_address, NULL);
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
        assert_has(words, "--address fd77:6f6c:6666:2::15 --gateway fe80::1");
        assert_has(words, "--interface lo --mac-addr 5a:77:6f:6c:66:66");
        assert_has(words, "--mtu 65520");
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

static void assert_has_not(const char *words, const char *part) {
        if (g_strstr_len(words, -1, part))
                g_error("'%s' is in '%s'", part, words);
}

static void options_replace_what_is_ours(void) {
        g_autofree char *words =
                plan_with(no_ports, "10.0.2.3", "-m,1500,-I,tap0,-T,5432,--dns-forward,10.0.2.9");

        assert_has(words, "--mtu 1500");
        assert_has(words, "--ns-ifname tap0");
        assert_has(words, "-T 5432");
        assert_has(words, "--dns-forward 10.0.2.9");
        assert_has(words, "--udp-ns none");
        assert_has_not(words, "--tcp-ns none");
        assert_has_not(words, "--dns-forward 10.0.2.3");
        assert_has_not(words, "65520");
}

static void the_gateway_leads_to_the_host_on_request(void) {
        g_autofree char *words = plan_with(no_ports, NULL, "--map-gw"),
                        *mapped = plan_with(no_ports, NULL, "--map-host-loopback,10.0.2.7");

        assert_has_not(words, "map-gw");
        assert_has_not(mapped, "map-gw");
        assert_has(mapped, "--map-host-loopback 10.0.2.7");
}

static void all_addresses_told_need_no_interface(void) {
        g_autofree char *words = plan_with(no_ports, NULL, "-a,10.0.9.15,-n,24,-g,10.0.9.2");

        assert_has(words, "-a 10.0.9.15 -n 24 -g 10.0.9.2");
        assert_has(words, "--interface lo --mac-addr 5a:77:6f:6c:66:66");
        assert_has_not(words, "--address 10.0.2.15");
        assert_has_not(words, "--gateway 10.0.2.2");
}

static void addresses_are_copied_on_request(void) {
        static const char *const texts[] = {"--config-net", "-i,enp1s0", "-a,192.168.1.7"};

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                g_autofree char *words = plan_with(no_ports, NULL, texts[i]);
                assert_has_not(words, "--address");
                assert_has_not(words, "--gateway");
                assert_has_not(words, "--interface");
                assert_has_not(words, "--mac-addr");
        }
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
        g_test_add_func("/network-pasta/plan/lets-options-replace-its-own", options_replace_what_is_ours);
        g_test_add_func("/network-pasta/plan/leads-to-the-hosts-loopback-on-request",
                        the_gateway_leads_to_the_host_on_request);
        g_test_add_func("/network-pasta/plan/needs-no-interface-for-told-addresses",
                        all_addresses_told_need_no_interface);
        g_test_add_func("/network-pasta/plan/copies-addresses-on-request", addresses_are_copied_on_request);
        return g_test_run();
}
