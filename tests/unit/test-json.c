/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "cli/json.h"

static const char text[] =
        "[{\"name\":\"web\",\"memory\":null,\"state\":{\"pid\":7},\"ports\":[\"80:80\",\"81:81\"]},"
        "{\"name\":\"b\",\"memory\":5,\"state\":{\"pid\":8},\"ports\":[]}]";

static char *print(const char *template, GError **error) {
        g_autoptr(JsonNode) node = json_from_string(text, NULL);
        char *result = NULL;

        return json_print_template(node, template, &result, error) ? result : NULL;
}

static void fields_are_put_in(void) {
        static const char *const cases[][2] = {
                {"{{.Name}}", "web\nb\n"},
                {"{{ .name }}:{{.STATE.Pid}}", "web:7\nb:8\n"},
                {"table {{.name}}\\t{{.Status.Pid}}", "NAME  PID\nweb   7\nb     8\n"},
                {"{{.Names}}", "web\nb\n"},
                {"{{.ports}}|", "80:80, 81:81|\n|\n"},
                {"plain {", "plain {\nplain {\n"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(GError) error = NULL;
                g_autofree char *result = print(cases[i][0], &error);
                g_assert_no_error(error);
                g_assert_cmpstr(result, ==, cases[i][1]);
        }
        g_autofree char *all = print("json", NULL), *each = print("{{json .}}", NULL);
        g_assert_true(g_str_has_prefix(all, "[\n"));
        g_assert_true(g_str_has_prefix(each, "{\"name\":\"web\""));
}

static void what_is_more_than_a_field_is_refused(void) {
        static const char *const cases[][2] = {
                {"{{.nam}}", "there is no field '.nam'; there are name, memory, state, ports"},
                {"{{.name.x}}", "no field '.name.x'"},
                {"{{if .name}}", "more than a field"},
                {"{{range .ports}}", "more than a field"},
                {"{{.name", "'}}' is missing"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(GError) error = NULL;
                g_assert_null(print(cases[i][0], &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_test_message("%s", error->message);
                g_assert_nonnull(strstr(error->message, cases[i][1]));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/json/print-template/puts-fields-in", fields_are_put_in);
        g_test_add_func("/json/print-template/refuses-more-than-fields",
                        what_is_more_than_a_field_is_refused);
        return g_test_run();
}
