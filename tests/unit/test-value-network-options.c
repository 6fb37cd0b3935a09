/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-network-options.h"

#include <string.h>

typedef bool Parse(const char *text, NetworkOptions **ret_options, GError **error);

static NetworkOptions *parse(Parse *function, const char *text) {
        g_autoptr(GError) error = NULL;
        NetworkOptions *options = NULL;

        (void) function(text, &options, &error);
        g_assert_no_error(error);
        return options;
}

static void assert_words(const NetworkOptions *options, const char *expected) {
        g_autoptr(GPtrArray) words = g_ptr_array_new();

        for (guint i = 0; i < options->words->len; i++)
                g_ptr_array_add(words, options->words->pdata[i]);
        g_ptr_array_add(words, NULL);
        g_autofree char *text = g_strjoinv(" ", (char **) words->pdata);
        g_assert_cmpstr(text, ==, expected);
}

static void nothing_is_said(void) {
        g_autoptr(NetworkOptions) none = parse(value_pasta_options_parse, NULL),
                                  empty = parse(value_slirp_options_parse, "");

        assert_words(none, "");
        g_assert_false(none->addresses || none->copies || none->maps_gateway);
        assert_words(empty, "");
        g_assert_false(empty->addresses);
}

static void pasta_in_the_manuals_own_words(void) {
        /* podman-run(1), --network: the defaults of slirp4netns. */
        g_autoptr(NetworkOptions) options =
                parse(value_pasta_options_parse,
                      "-a,10.0.2.0,-n,24,-g,10.0.2.2,--dns-forward,10.0.2.3,-m,1500,--no-ndp,"
                      "--no-dhcpv6,--no-dhcp");

        assert_words(options,
                     "-a 10.0.2.0 -n 24 -g 10.0.2.2 --dns-forward 10.0.2.3 --no-ndp --no-dhcpv6 --no-dhcp");
        g_assert_true(options->addresses);
        g_assert_false(options->copies);
        g_assert_cmpstr(options->address, ==, "10.0.2.0");
        g_assert_cmpstr(options->gateway, ==, "10.0.2.2");
        g_assert_cmpstr(options->dns_forward, ==, "10.0.2.3");
        g_assert_cmpstr(options->mtu, ==, "1500");
}

static void all_spellings_of_an_option(void) {
        static const char *const forms[] = {"-a,10.1.2.3/24,-g,10.1.2.1", "-a10.1.2.3/24,-g10.1.2.1",
                                            "--address,10.1.2.3/24,--gateway,10.1.2.1",
                                            "--address=10.1.2.3/24,--gateway=10.1.2.1"};

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(NetworkOptions) options = parse(value_pasta_options_parse, forms[i]);
                g_assert_cmpstr(options->address, ==, "10.1.2.3");
                g_assert_cmpstr(options->gateway, ==, "10.1.2.1");
        }
}

static void options_are_understood(void) {
        g_autoptr(NetworkOptions) options =
                parse(value_pasta_options_parse,
                      "--map-gw,-T,5432,-t,auto,-I,tap0,-M,5a:00:00:00:00:01,-4,-i,eth7,--later,x,-q");

        assert_words(options, "-T 5432 -t auto -M 5a:00:00:00:00:01 -4 -i eth7 --later x");
        g_assert_true(options->maps_gateway && options->has_mac && options->ipv4_only);
        g_assert_true(options->has_forward[0] && options->has_forward[2]);
        g_assert_false(options->has_forward[1] || options->has_forward[3] || options->ipv6_only);
        g_assert_cmpstr(options->interface, ==, "tap0");
        g_assert_cmpstr(options->template, ==, "eth7");
        g_assert_true(options->copies);
}

static void copying_is_asked_for_by_pastas_own_word(void) {
        g_autoptr(NetworkOptions) options = parse(value_pasta_options_parse, "--config-net");

        assert_words(options, "");
        g_assert_true(options->copies);
}

static void slirp4netns_in_its_own_words(void) {
        g_autoptr(NetworkOptions) options = parse(
                value_slirp_options_parse, "port_handler=slirp4netns,cidr=10.41.0.0/24,mtu=1500,"
                                           "allow_host_loopback=true,enable_ipv6=false,outbound_addr=eth0");

        assert_words(options,
                     "--address 10.41.0.100 --netmask 24 --gateway 10.41.0.2 --dns-forward 10.41.0.3 "
                     "--ipv4-only --outbound-if4 eth0");
        g_assert_true(options->maps_gateway && options->ipv4_only && options->addresses);
        g_assert_false(options->copies);
        g_assert_cmpstr(options->address, ==, "10.41.0.100");
        g_assert_cmpstr(options->mtu, ==, "1500");
}

static void faults_are_named(void) {
        static const struct {
                Parse *function;
                const char *text, *fault;
        } forms[] = {
                {value_pasta_options_parse, "eth0", "'eth0' is not an option"},
                {value_pasta_options_parse, "-4,eth0,x", "'x' is not an option"},
                {value_pasta_options_parse, "-a", "'-a' of pasta needs a value"},
                {value_pasta_options_parse, "-a,,-4", "'-a' of pasta needs a value"},
                {value_pasta_options_parse, "-a,home", "'home' is not an IP address"},
                {value_pasta_options_parse, "-P,/x", "cannot be chosen"},
                {value_pasta_options_parse, "--netns=/x", "cannot be chosen"},
                {value_slirp_options_parse, "fast", "write NAME=VALUE"},
                {value_slirp_options_parse, "speed=9", "'speed' is not an option"},
                {value_slirp_options_parse, "cidr=10.0.0.0", "10.0.5.0/24"},
                {value_slirp_options_parse, "cidr=10.0.0.0/30", "10.0.5.0/24"},
                {value_slirp_options_parse, "enable_ipv6=perhaps", "enable_ipv6"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(NetworkOptions) options = NULL;
                g_autoptr(GError) error = NULL;

                g_assert_false(forms[i].function(forms[i].text, &options, &error));
                g_test_message("%s", error->message);
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_assert_nonnull(strstr(error->message, forms[i].fault));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-network-options/takes-nothing", nothing_is_said);
        g_test_add_func("/value-network-options/pasta/takes-the-manuals-words",
                        pasta_in_the_manuals_own_words);
        g_test_add_func("/value-network-options/pasta/takes-all-spellings", all_spellings_of_an_option);
        g_test_add_func("/value-network-options/pasta/understands-options", options_are_understood);
        g_test_add_func("/value-network-options/pasta/copies-on-request",
                        copying_is_asked_for_by_pastas_own_word);
        g_test_add_func("/value-network-options/slirp/takes-its-words", slirp4netns_in_its_own_words);
        g_test_add_func("/value-network-options/names-the-fault", faults_are_named);
        return g_test_run();
}
