/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Network=NAME:OPTION,… */

#include "spec/value-member.h"

#include "base/error.h"

static bool parse(const char *text, NetworkMember **ret_member, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;

        g_assert_true(value_network_parse(text, &mode, NULL));
        return value_member_parse(mode, ret_member, error);
}

static void parse_reads_all_options(void) {
        g_autoptr(NetworkMember) member = NULL;

        g_assert_true(parse("app.network:ip=10.1.2.3,alias=db,mac=02:00:00:00:00:0a,alias=sql,ip6=fd00::3,"
                            "interface_name=lan",
                            &member, NULL));
        g_assert_cmpstr(member->network, ==, "app");
        g_assert_cmpstr(member->ip, ==, "10.1.2.3");
        g_assert_cmpstr(member->ip6, ==, "fd00::3");
        g_assert_cmpstr(member->mac, ==, "02:00:00:00:00:0a");
        g_assert_cmpstr(member->interface, ==, "lan");
        g_assert_cmpuint(member->aliases->len, ==, 2);
        g_assert_cmpstr(member->aliases->pdata[1], ==, "sql");
}

static void parse_needs_no_options(void) {
        g_autoptr(NetworkMember) member = NULL;

        g_assert_true(parse("proxy", &member, NULL));
        g_assert_cmpstr(member->network, ==, "proxy");
        g_assert_null(member->ip);
}

static void parse_refuses_slips(void) {
        static const char *const bad[] = {"app:ip=10.1.2",
                                          "app:alias=",
                                          "app:alia=db",
                                          "app:mac=02:00:00:00:00",
                                          "app:ip",
                                          "app:mac=03:00:00:00:00:0a",
                                          "app:interface_name=a/b",
                                          "app:mac=02-00-00-00-00-0a"};

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(NetworkMember) member = NULL;
                g_autoptr(GError) error = NULL;
                g_assert_false(parse(bad[i], &member, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-member/parse/reads-all-options", parse_reads_all_options);
        g_test_add_func("/value-member/parse/needs-no-options", parse_needs_no_options);
        g_test_add_func("/value-member/parse/refuses-slips", parse_refuses_slips);
        return g_test_run();
}
