/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-user.h"

static void test_user_and_group(void) {
        static const struct {
                const char *text, *user, *group;
        } forms[] = {
                {"0", "0", NULL},
                {"1000:1000", "1000", "1000"},
                {"www-data", "www-data", NULL},
                {"app:staff", "app", "staff"},
                {"4294967294", "4294967294", NULL},
                {"1a", "1a", NULL},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autofree char *user = NULL, *group = NULL;

                g_assert_true(value_user_parse(forms[i].text, &user, &group, NULL));
                g_assert_cmpstr(user, ==, forms[i].user);
                g_assert_cmpstr(group, ==, forms[i].group);
        }
}

static void test_names_the_fault(void) {
        static const struct {
                const char *text, *fault;
        } forms[] = {
                {"", "the user is missing"},       {"a:", "the group is missing"},
                {":0", "the user is missing"},     {"4294967295", "too large"},
                {"a:b:c", "'b:c' is not a group"}, {"a b", "'a b' is not a user"},
                {"-x", "'-x' is not a user"},      {"a/b", "not a user"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autofree char *user = NULL, *group = NULL;
                g_autoptr(GError) error = NULL;

                g_assert_false(value_user_parse(forms[i].text, &user, &group, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_assert_nonnull(strstr(error->message, forms[i].fault));
        }
}

static void test_ids_are_digits(void) {
        guint32 id;

        g_assert_true(value_id_parse("4294967294", &id));
        g_assert_cmpuint(id, ==, 4294967294u);
        g_assert_false(value_id_parse("4294967295", &id)); /* (uid_t) -1 */
        g_assert_false(value_id_parse("", &id));
        g_assert_false(value_id_parse("-1", &id));
        g_assert_false(value_id_parse("root", &id));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-user/user-and-group", test_user_and_group);
        g_test_add_func("/value-user/names-the-fault", test_names_the_fault);
        g_test_add_func("/value-user/ids-are-digits", test_ids_are_digits);
        return g_test_run();
}
