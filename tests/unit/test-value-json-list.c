/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-json-list.h"

#include <string.h>

static char *parse(const char *text) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;

        (void) value_json_list_parse(text, words, &error);
        g_assert_no_error(error);
        g_ptr_array_add(words, NULL);
        return g_strjoinv("|", (char **) words->pdata);
}

static void test_strings(void) {
        static const char *const forms[][2] = {
                {"[]", ""},
                {" [ ] ", ""},
                {"[\"a\"]", "a"},
                {"[\"a\",\"b c\" , \"\"]", "a|b c|"},
                {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t"},
                {"[\"\\u0041\\u00e9\\ud83d\\ude00\"]", "Aé😀"},
                {"\t[\"tür\"]\n", "tür"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autofree char *words = parse(forms[i][0]);

                g_assert_cmpstr(words, ==, forms[i][1]);
        }
}

static void test_names_the_fault(void) {
        static const char *const forms[][2] = {
                {"", "ends too early"},
                {"[", "ends too early"},
                {"[\"a", "ends too early"},
                {"[\"a\"", "ends too early"},
                {"[\"a\",]", "at character 6"},
                {"[\"ü\" \"b\"]", "at character 6"},
                {"[1]", "at character 2"},
                {"[\"a\"] x", "at character 7"},
                {"[\"\\q\"]", "at character 3"},
                {"[\"\\u00\"]", "at character 3"},
                {"[\"\\u0000\"]", "at character 3"},
                {"[\"\\ud83d\"]", "is not a JSON list"},
                {"[\"\\ude00\"]", "is not a JSON list"},
                {"[\"a\tb\"]", "at character 4"},
                {"x", "at character 1"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(GError) error = NULL;

                g_ptr_array_add(words, g_strdup("before"));
                g_assert_false(value_json_list_parse(forms[i][0], words, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                if (!strstr(error->message, forms[i][1]))
                        g_error("%s: %s", forms[i][0], error->message);
                g_assert_cmpuint(words->len, ==, 1);
        }
}

static void test_tells_lists(void) {
        g_assert_true(value_json_list_is("[\"a\"]"));
        g_assert_true(value_json_list_is("  ["));
        g_assert_false(value_json_list_is("a["));
        g_assert_false(value_json_list_is(""));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-json-list/strings", test_strings);
        g_test_add_func("/value-json-list/names-the-fault", test_names_the_fault);
        g_test_add_func("/value-json-list/tells-lists", test_tells_lists);
        return g_test_run();
}
