/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-port.h"

static void test_reads_all_forms(void) {
        static const struct {
                const char *text;
                PortMapping expected;
        } forms[] = {
                {"80", {NULL, 0, 0, 80, 80, PORT_TCP}},
                {"8080:80", {NULL, 8080, 8080, 80, 80, PORT_TCP}},
                {":80", {NULL, 0, 0, 80, 80, PORT_TCP}},
                {"53:53/udp", {NULL, 53, 53, 53, 53, PORT_UDP}},
                {"53:53/TCP", {NULL, 53, 53, 53, 53, PORT_TCP}},
                {"127.0.0.1:8080:80", {(char *) "127.0.0.1", 8080, 8080, 80, 80, PORT_TCP}},
                {"127.0.0.1::80", {(char *) "127.0.0.1", 0, 0, 80, 80, PORT_TCP}},
                {"[::1]:8080:80", {(char *) "::1", 8080, 8080, 80, 80, PORT_TCP}},
                {"[::1]::80/udp", {(char *) "::1", 0, 0, 80, 80, PORT_UDP}},
                {"[::]:8080:80", {(char *) "::", 8080, 8080, 80, 80, PORT_TCP}},
                {"::80", {NULL, 0, 0, 80, 80, PORT_TCP}},
                {"5000-5010", {NULL, 0, 0, 5000, 5010, PORT_TCP}},
                {"6000-6010:5000-5010/udp", {NULL, 6000, 6010, 5000, 5010, PORT_UDP}},
                {"1:65535", {NULL, 1, 1, 65535, 65535, PORT_TCP}},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                const PortMapping *expected = &forms[i].expected;
                g_autoptr(PortMapping) mapping = NULL;
                g_autoptr(GError) error = NULL;

                g_test_message("%s", forms[i].text);
                (void) value_port_parse(forms[i].text, &mapping, &error);
                g_assert_no_error(error);
                g_assert_cmpstr(mapping->address, ==, expected->address);
                g_assert_cmpuint(mapping->host_first, ==, expected->host_first);
                g_assert_cmpuint(mapping->host_last, ==, expected->host_last);
                g_assert_cmpuint(mapping->container_first, ==, expected->container_first);
                g_assert_cmpuint(mapping->container_last, ==, expected->container_last);
                g_assert_cmpint(mapping->protocol, ==, expected->protocol);
        }
}

static void test_names_the_fault(void) {
        static const struct {
                const char *text, *fault;
        } forms[] = {
                {"", "port '' is not within"},
                {"0", "port '0' is not within 1 to 65535"},
                {"99999:80", "port '99999' is not within 1 to 65535"},
                {"8080:0", "port '0'"},
                {"http", "'http' is not a port number"},
                {"8080:", "port ''"},
                {"80/sctp", "protocol 'sctp' cannot be published"},
                {"80/", "protocol ''"},
                {"\"80:80\"", "quotes or blanks"},
                {"80:80 81:81", "one port to a line"},
                {"localhost:80:80", "'localhost' is not an IP address; write one like 127.0.0.1"},
                {"::1:80:80", "'::1' is not an IP address; write one like 127.0.0.1 or [::1]"},
                {"[127.0.0.1]:80:80", "not an IP address"},
                {"[]:80:80", "not an IP address"},
                {"[fe80::1%eth0]:80:80", "not an IP address"},
                {"[::1]:80", "'[::1]' is not a port number"},
                {"10-5:10-5", "ends before it starts"},
                {"10-20:10-21", "different lengths"},
                {"8000-8001:80", "different lengths"},
                {"-5:80", "port ''"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(PortMapping) mapping = NULL;
                g_autoptr(GError) error = NULL;

                g_test_message("%s", forms[i].text);
                g_assert_false(value_port_parse(forms[i].text, &mapping, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_test_message("%s", error->message);
                g_assert_nonnull(strstr(error->message, forms[i].fault));
                g_assert_null(mapping);
        }
}

static void test_prints_in_full(void) {
        static const char *const forms[][2] = {
                {"80", ":80/tcp"},
                {"8080:80", "8080:80/tcp"},
                {"127.0.0.1:53:53/udp", "127.0.0.1:53:53/udp"},
                {"[::1]::80", "[::1]::80/tcp"},
                {"6000-6010:5000-5010", "6000-6010:5000-5010/tcp"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(PortMapping) mapping = NULL, again = NULL;

                g_assert_true(value_port_parse(forms[i][0], &mapping, NULL));
                g_autofree char *text = value_port_print(mapping);
                g_assert_cmpstr(text, ==, forms[i][1]);
                g_assert_true(value_port_parse(text, &again, NULL));
        }
}

static char *add_all(const char *texts, GError **error) {
        g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        g_auto(GStrv) parts = g_strsplit(texts, " ", -1);
        g_autoptr(GString) printed = g_string_new(NULL);

        for (char **part = parts; *part; part++) {
                PortMapping *mapping;
                g_assert_true(value_port_parse(*part, &mapping, NULL));
                if (!value_port_add(ports, mapping, error))
                        return NULL;
        }
        for (guint i = 0; i < ports->len; i++) {
                g_autofree char *text = value_port_print(ports->pdata[i]);
                g_string_append_printf(printed, "%s%s", i > 0 ? " " : "", text);
        }
        return g_strdup(printed->str);
}

static void assert_added(const char *texts, const char *expected) {
        g_autofree char *printed = add_all(texts, NULL);

        g_assert_cmpstr(printed, ==, expected);
}

static void what_is_said_twice_is_one(void) {
        assert_added("9000:80 9000:80/tcp", "9000:80/tcp");
        assert_added("9003:83 9000-9005:80-85", "9000-9005:80-85/tcp");
        assert_added("1-2:1-2 4-5:4-5 2-4:2-4", "1-5:1-5/tcp");
        assert_added("80 80", ":80/tcp :80/tcp");
        assert_added("9000:80 9000:80/udp 127.0.0.1:9001:81",
                     "9000:80/tcp 9000:80/udp 127.0.0.1:9001:81/tcp");
}

static void an_address_is_part_of_all(void) {
        assert_added("127.0.0.1:9000:80 9000:80", "9000:80/tcp");
        assert_added("9000-9009:80-89 127.0.0.1:9003:83", "9000-9009:80-89/tcp");
        assert_added("0.0.0.0:9000:80 127.0.0.1:9000:80", "0.0.0.0:9000:80/tcp");
        assert_added("[::1]:9000:80 [0:0::1]:9000:80 [::]:9000:80", "[::]:9000:80/tcp");
        assert_added("0.0.0.0:9000:80 9000:80", "9000:80/tcp");
        /* These have nothing to do with each other. */
        assert_added("0.0.0.0:9000:80 [::]:9000:81", "0.0.0.0:9000:80/tcp [::]:9000:81/tcp");
        assert_added("127.0.0.1:9000:80 127.0.0.2:9000:81", "127.0.0.1:9000:80/tcp 127.0.0.2:9000:81/tcp");
}

static void a_port_that_leads_to_two_is_refused(void) {
        g_autoptr(GError) error = NULL;

        g_assert_null(add_all("9000-9005:80-85 9003:90", &error));
        g_assert_cmpstr(
                error->message, ==,
                "port 9003 of the host is published twice, by 9000-9005:80-85/tcp and by 9003:90/tcp; give one "
                "of the two another");
        static const char *const texts[] = {
                "9000:80 127.0.0.1:9000:81",
                "[::1]:9000:80 9000:81",
                "0.0.0.0:9000:80 127.0.0.1:9000:81",
                "0.0.0.0:9000:80 9000:81",
                "127.0.0.1:9000-9005:80-85 0.0.0.0:9003-9009:83-89",
        };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                g_assert_null(add_all(texts[i], NULL));
}

static bool pasta_takes(const char *one, const char *other, GError **error) {
        g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        PortMapping *mapping;

        g_assert_true(value_port_parse(one, &mapping, NULL));
        g_ptr_array_add(ports, mapping);
        g_assert_true(value_port_parse(other, &mapping, NULL));
        g_ptr_array_add(ports, mapping);
        return value_port_check_pasta(ports, error);
}

static void what_pasta_cannot_do_is_told(void) {
        g_autoptr(GError) error = NULL;

        g_assert_true(pasta_takes("9000:80", "9000:80/udp", NULL));
        g_assert_true(pasta_takes("127.0.0.1::80", "[::1]::80", NULL));
        g_assert_false(pasta_takes("127.0.0.1:9000:80", "[::1]:9000:80", &error));
        g_assert_true(g_str_has_prefix(
                error->message,
                "port 9000 of the host is published on two addresses, by 127.0.0.1:9000:80/tcp and "
                "by [::1]:9000:80/tcp, which pasta cannot do; leave"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-port/reads-all-forms", test_reads_all_forms);
        g_test_add_func("/value-port/names-the-fault", test_names_the_fault);
        g_test_add_func("/value-port/prints-in-full", test_prints_in_full);
        g_test_add_func("/value-port/add/what-is-said-twice-is-one", what_is_said_twice_is_one);
        g_test_add_func("/value-port/add/a-port-that-leads-to-two-is-refused",
                        a_port_that_leads_to_two_is_refused);
        g_test_add_func("/value-port/add/an-address-is-part-of-all", an_address_is_part_of_all);
        g_test_add_func("/value-port/pasta/what-it-cannot-do-is-told", what_pasta_cannot_do_is_told);
        return g_test_run();
}
