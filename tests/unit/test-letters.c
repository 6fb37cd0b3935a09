/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/letters.h"

static const GOptionEntry entries[] = {
        {"follow", 'f', 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
        {"tail", 'n', 0, G_OPTION_ARG_INT, NULL, NULL, "NUMBER"},
        {"user", 'u', 0, G_OPTION_ARG_STRING, NULL, NULL, "USER"},
        {NULL},
};

static void expect(bool stop_early, const char *line, const char *expected) {
        g_auto(GStrv) words = g_strsplit(line, " ", -1);
        g_auto(GStrv) split = letters_split(entries, stop_early, (int) g_strv_length(words), words);
        g_autofree char *text = g_strjoinv(" ", split);

        g_assert_cmpstr(text, ==, expected);
}

static void a_value_may_stand_in_the_same_word(void) {
        expect(false, "logs -n5 web", "logs -n 5 web");
        expect(false, "logs web -n5", "logs web -n 5");
        expect(false, "logs -fn5 web", "logs -fn 5 web");
}

static void an_equals_sign_is_no_part_of_it(void) {
        expect(false, "logs -n=5", "logs -n 5");
        expect(false, "exec -uA=B", "exec -u A=B");
}

static void values_are_left_alone(void) {
        expect(false, "logs -n -u5 web", "logs -n -u5 web");
        expect(false, "logs --user -n5 web", "logs --user -n5 web");
        expect(false, "logs --user=x -n5", "logs --user=x -n 5");
        expect(false, "logs -n", "logs -n");
}

static void what_is_no_option_is_left_alone(void) {
        expect(false, "logs -- -n5", "logs -- -n5");
        expect(false, "cp - -n5", "cp - -n 5");
        expect(true, "exec web -n5", "exec web -n5");
        expect(true, "exec -f web -n5", "exec -f web -n5");
        expect(true, "exec -u root web -n5", "exec -u root web -n5");
        expect(true, "exec - -n5", "exec - -n5");
        expect(false, "logs -xn5", "logs -xn5");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/letters/a-value-may-stand-in-the-same-word", a_value_may_stand_in_the_same_word);
        g_test_add_func("/letters/an-equals-sign-is-no-part-of-it", an_equals_sign_is_no_part_of_it);
        g_test_add_func("/letters/values-are-left-alone", values_are_left_alone);
        g_test_add_func("/letters/what-is-no-option-is-left-alone", what_is_no_option_is_left_alone);
        return g_test_run();
}
