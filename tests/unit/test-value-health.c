/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-health.h"

#include <string.h>

static void test_forms(void) {
        static const struct {
                const char *text;
                HealthKind kind;
                const char *words;
        } forms[] = {
                {"curl -f http://localhost/ || exit 1", HEALTH_SHELL, "curl -f http://localhost/ || exit 1"},
                {"CMD-SHELL curl -f x || exit 1", HEALTH_SHELL, "curl -f x || exit 1"},
                {"cmd-shell  redis-cli ping", HEALTH_SHELL, "redis-cli ping"},
                {"CMD curl -f http://localhost/", HEALTH_COMMAND, "curl|-f|http://localhost/"},
                {"CMD sh -c 'echo \"a b\"'", HEALTH_COMMAND, "sh|-c|echo \"a b\""},
                {"[\"CMD\", \"/dozzle\", \"healthcheck\"]", HEALTH_COMMAND, "/dozzle|healthcheck"},
                {"[\"/mailpit\", \"readyz\"]", HEALTH_COMMAND, "/mailpit|readyz"},
                {"[\"CMD\", \"/healthcheck\"]", HEALTH_COMMAND, "/healthcheck"},
                {"[\"CMD-SHELL\", \"curl -f x || exit 1\"]", HEALTH_SHELL, "curl -f x || exit 1"},
                {"[\"curl -f x\"]", HEALTH_SHELL, "curl -f x"},
                {"[\"NONE\"]", HEALTH_NONE, ""},
                {"none", HEALTH_NONE, ""},
                {"NONE ", HEALTH_NONE, ""},
                {"[ -f /run/ready ]", HEALTH_SHELL, "[ -f /run/ready ]"},
                {"[ \"$(cat /x)\" = y ]", HEALTH_SHELL, "[ \"$(cat /x)\" = y ]"},
                {"cmdline", HEALTH_SHELL, "cmdline"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(HealthCommand) command = NULL;
                g_autoptr(GError) error = NULL;

                (void) value_health_parse(forms[i].text, &command, &error);
                g_assert_no_error(error);
                g_assert_cmpint(command->kind, ==, forms[i].kind);
                g_ptr_array_add(command->words, NULL);
                g_autofree char *words = g_strjoinv("|", (char **) command->words->pdata);
                g_assert_cmpstr(words, ==, forms[i].words);
        }
}

static void test_names_the_fault(void) {
        static const char *const forms[][2] = {
                {"", "a command is missing"},
                {"CMD", "names no command"},
                {"CMD-SHELL  ", "names no command"},
                {"CMD \n", "names no command"},
                {"[]", "names no command"},
                {"[\"CMD\"]", "names no command"},
                {"[\"CMD-SHELL\", \"a\", \"b\"]", "followed by one string"},
                {"[\"CMD\", \"a\"", "ends too early"},
                {"[\"CMD\", a]", "not a JSON list"},
                {"CMD sh -c 'echo", "quote"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(HealthCommand) command = NULL;
                g_autoptr(GError) error = NULL;

                g_assert_false(value_health_parse(forms[i][0], &command, &error));
                g_assert_error(error, WOLFFIA_ERROR, (int) error->code);
                if (!strstr(error->message, forms[i][1]))
                        g_error("%s: %s", forms[i][0], error->message);
                g_assert_null(command);
        }
}

static void test_actions(void) {
        g_autoptr(GError) error = NULL;
        HealthAction action;

        g_assert_true(value_health_action_parse("none", &action, NULL));
        g_assert_cmpint(action, ==, HEALTH_ACTION_NONE);
        g_assert_true(value_health_action_parse("kill", &action, NULL));
        g_assert_cmpint(action, ==, HEALTH_ACTION_KILL);
        g_assert_true(value_health_action_parse("restart", &action, NULL));
        g_assert_cmpint(action, ==, HEALTH_ACTION_RESTART);
        g_assert_true(value_health_action_parse("stop", &action, NULL));
        g_assert_cmpint(action, ==, HEALTH_ACTION_STOP);
        g_assert_false(value_health_action_parse("die", &action, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-health/forms", test_forms);
        g_test_add_func("/value-health/names-the-fault", test_names_the_fault);
        g_test_add_func("/value-health/actions", test_actions);
        return g_test_run();
}
