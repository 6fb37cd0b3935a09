/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-signal.h"

#include <signal.h>

static void test_names_and_numbers(void) {
        const struct {
                const char *text;
                int number;
        } forms[] = {
                {"SIGTERM", SIGTERM},
                {"TERM", SIGTERM},
                {"sigterm", SIGTERM},
                {"15", 15},
                {"SIGRTMIN+3", SIGRTMIN + 3},
                {"RTMIN", SIGRTMIN},
                {"SIGRTMAX-1", SIGRTMAX - 1},
                {"RTMAX", SIGRTMAX},
                {"KILL", SIGKILL},
                {"WINCH", SIGWINCH},
                {"64", 64},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                int number = 0;

                g_assert_true(value_signal_parse(forms[i].text, &number, NULL));
                g_assert_cmpint(number, ==, forms[i].number);
        }
}

/* Against libc's own table, so that no name stands at a wrong number. */
static void test_every_number_has_the_name_of_libc(void) {
        for (int number = 1; number < SIGSYS; number++) {
                const char *name = sigabbrev_np(number);
                int found = 0;

                if (!name)
                        continue;
                g_assert_true(value_signal_parse(name, &found, NULL));
                g_assert_cmpint(found, ==, number);
        }
}

static void test_refuses_the_rest(void) {
        static const char *const bad[] = {"",        "SIG",      "SIGFOO",  "0",   "65",   "-1",
                                          "RTMIN-1", "RTMIN+99", "RTMAX+1", "15 ", "SIG15"};

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;
                int number = -1;

                g_assert_false(value_signal_parse(bad[i], &number, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_assert_cmpint(number, ==, -1);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-signal/names-and-numbers", test_names_and_numbers);
        g_test_add_func("/value-signal/every-number-has-the-name-of-libc",
                        test_every_number_has_the_name_of_libc);
        g_test_add_func("/value-signal/refuses-the-rest", test_refuses_the_rest);
        return g_test_run();
}
