/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/value-idmap.h"

#include "base/error.h"

static void mappings_have_flags_and_an_amount(void) {
        IdMapping mapping;

        g_assert_true(value_idmap_parse("0:1:10", &mapping, NULL));
        g_assert_true(mapping.inside == 0 && mapping.from == 1 && mapping.count == 10);
        g_assert_false(mapping.is_host || mapping.is_extension || mapping.for_users || mapping.for_groups);
        g_assert_true(value_idmap_parse("+ug5:@7", &mapping, NULL));
        g_assert_true(mapping.inside == 5 && mapping.from == 7 && mapping.count == 1);
        g_assert_true(mapping.is_host && mapping.is_extension && mapping.for_users && mapping.for_groups);
}

static void what_is_no_mapping_is_refused(void) {
        static const char *const texts[] = {
                "",       "0", "0:",     ":0",        "0:0:0",   "0:0:1:1",        "a:0:1",       "0:@@1",
                "-1:0:1", "+", "x0:0:1", "0:0:1 1:1", "0:0:1.5", "4294967294:0:2", "0:4294967295"};

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                g_autoptr(GError) error = NULL;
                IdMapping mapping;
                g_assert_false(value_idmap_parse(texts[i], &mapping, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-idmap/has-flags-and-an-amount", mappings_have_flags_and_an_amount);
        g_test_add_func("/value-idmap/refuses-what-is-none", what_is_no_mapping_is_refused);
        return g_test_run();
}
