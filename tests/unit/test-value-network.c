/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-network.h"

static void test_kinds(void) {
        static const struct {
                const char *text;
                NetworkMode expected;
        } forms[] = {
                {NULL, {NETWORK_PASTA, NULL, NULL}},
                {"", {NETWORK_PASTA, NULL, NULL}},
                {"none", {NETWORK_NONE, NULL, NULL}},
                {"host", {NETWORK_HOST, NULL, NULL}},
                {"pasta", {NETWORK_PASTA, NULL, NULL}},
                {"pasta:-a,10.0.0.1,--map-gw", {NETWORK_PASTA, NULL, (char *) "-a,10.0.0.1,--map-gw"}},
                {"slirp4netns:port_handler=slirp4netns",
                 {NETWORK_PASTA, NULL, (char *) "port_handler=slirp4netns"}},
                {"private", {NETWORK_PASTA, NULL, NULL}},
                {"container:db", {NETWORK_CONTAINER, (char *) "db", NULL}},
                {"db.container", {NETWORK_CONTAINER, (char *) "db.container", NULL}},
                {"front.network:ip=10.0.0.2",
                 {NETWORK_UNIT, (char *) "front.network", (char *) "ip=10.0.0.2"}},
                {"front", {NETWORK_NAMED, (char *) "front", NULL}},
                {"bridge", {NETWORK_NAMED, (char *) "bridge", NULL}},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(NetworkMode) mode = NULL;
                g_autoptr(GError) error = NULL;

                (void) value_network_parse(forms[i].text, &mode, &error);
                g_assert_no_error(error);
                g_assert_cmpint(mode->kind, ==, forms[i].expected.kind);
                g_assert_cmpstr(mode->name, ==, forms[i].expected.name);
                g_assert_cmpstr(mode->options, ==, forms[i].expected.options);
        }
}

static void test_names_the_fault(void) {
        static const struct {
                const char *text, *fault;
        } forms[] = {
                {"none:x", "'none' takes no options"}, {"host:x", "'host' takes no options"},
                {"ns:/run/x", "not supported"},        {"container:", "container's name is missing"},
                {"a b", "'a b' is not a network"},     {"../x", "is not a network"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(NetworkMode) mode = NULL;
                g_autoptr(GError) error = NULL;

                g_assert_false(value_network_parse(forms[i].text, &mode, &error));
                g_assert_nonnull(strstr(error->message, forms[i].fault));
                g_assert_null(mode);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-network/kinds", test_kinds);
        g_test_add_func("/value-network/names-the-fault", test_names_the_fault);
        return g_test_run();
}
