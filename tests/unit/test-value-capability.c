/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-capability.h"

static void test_any_spelling(void) {
        static const char *const forms[] = {"CAP_NET_ADMIN", "NET_ADMIN", "cap_net_admin", "net_admin",
                                            "Cap_Net_Admin"};
        const char *name;

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_assert_true(value_capability_parse(forms[i], &name, NULL));
                g_assert_cmpstr(name, ==, "CAP_NET_ADMIN");
        }
        g_assert_true(value_capability_parse("all", &name, NULL));
        g_assert_cmpstr(name, ==, "ALL");
}

static void test_suggests_what_was_meant(void) {
        g_autoptr(GError) error = NULL, far_error = NULL;
        const char *name = NULL;

        g_assert_false(value_capability_parse("NET_ADMN", &name, &error));
        g_assert_nonnull(strstr(error->message, "did you mean CAP_NET_ADMIN?"));
        g_assert_false(value_capability_parse("EVERYTHING_THERE_IS", &name, &far_error));
        g_assert_nonnull(strstr(far_error->message, "capabilities(7)"));
        g_assert_false(value_capability_parse("", &name, NULL));
        g_assert_null(name);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-capability/any-spelling", test_any_spelling);
        g_test_add_func("/value-capability/suggests-what-was-meant", test_suggests_what_was_meant);
        return g_test_run();
}
