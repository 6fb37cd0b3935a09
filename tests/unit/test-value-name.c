/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-name.h"

static void what_a_start_takes_is_a_name(void) {
        static const char *const good[] = {"web", "9", "_x", "a.b_c-d@e", "x"};
        static const char *const bad[] = {"",     "-x",  ".x",   "..",    "a/b", "a b", "a,b",
                                          "a\\b", "a=b", "a\nb", "\"a\"", "é",   "a;b", "@x"};
        g_autofree char *longest = g_strnfill(200, 'x'), *longer = g_strnfill(201, 'x');

        for (NameKind kind = NAME_CONTAINER; kind <= NAME_VOLUME; kind++) {
                for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
                        g_assert_true(value_name_check(kind, good[i], NULL));
                for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                        g_assert_false(value_name_is(kind, bad[i]));
                g_assert_true(value_name_is(kind, longest));
                g_assert_false(value_name_is(kind, longer));
        }
        /* Volume= and Network= end a name there. */
        g_assert_true(value_name_is(NAME_CONTAINER, "a:b") && value_name_is(NAME_POD, "a:b"));
        g_assert_false(value_name_is(NAME_VOLUME, "a:b") || value_name_is(NAME_NETWORK, "a:b"));
}

static void whose_name_it_would_be_is_told(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(value_name_check(NAME_POD, "a/b", &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_assert_cmpstr(
                error->message, ==,
                "'a/b' cannot be the name of a pod; letters, digits and _ . - @ are possible, in front a letter, a "
                "digit or _, and 200 at most");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-name/is/what-a-start-takes", what_a_start_takes_is_a_name);
        g_test_add_func("/value-name/check/names-the-kind", whose_name_it_would_be_is_told);
        return g_test_run();
}
