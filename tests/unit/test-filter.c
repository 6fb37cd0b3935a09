/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "cli/filter.h"

static bool match(const char *filters) {
        static char name[] = "web-front", unit[] = "web-front.service", active[] = "failed", nothing[] = "",
                    load[] = "loaded", image[] = "docker.io/library/nginx:1.27";
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_auto(GStrv) words = g_strsplit(filters, " ", -1);
        const Container container = {
                .name = name, .unit = unit, .spec = spec, .active = active, .sub = nothing, .load = load};

        spec->image = g_strdup(image);
        g_ptr_array_add(spec->labels, g_strdup("tier=front"));
        g_ptr_array_add(spec->labels, g_strdup("rule=a=b"));
        return filter_match(words, &container);
}

static void fields_are_compared(void) {
        static const char *const good[] = {"name=web",       "name=front",
                                           "status=failed",  "health=none",
                                           "image=nginx",    "ancestor=nginx:1.27",
                                           "label=tier",     "label=tier=front",
                                           "label=rule=a=b", "image=docker.io/library/nginx"},
                                 *const bad[] = {"name=db",         "status=running",  "health=healthy",
                                                 "image=ginx",      "image=nginx:1",   "label=tie",
                                                 "label=tier=back", "label=tier=fron", "label=rule=a"};

        for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_true(match(good[i]));
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(match(bad[i]));
}

static void those_of_a_field_are_alternatives_and_fields_add_up(void) {
        g_assert_true(match("name=db name=web"));
        g_assert_true(match("name=db name=web status=failed"));
        g_assert_false(match("name=web status=running"));
}

static void slips_are_told(void) {
        static const char *const slips[][2] = {
                {"nam=web", "write name="}, {"name", "write name="}, {"status=up", "there are running"}};
        bool needs_all;

        for (size_t i = 0; i < G_N_ELEMENTS(slips); i++) {
                char *const filters[] = {(char *) slips[i][0], NULL};
                g_autoptr(GError) error = NULL;
                g_assert_false(filter_check(filters, &needs_all, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_assert_nonnull(strstr(error->message, slips[i][1]));
        }
        char *const both[] = {(char *) "name=web", (char *) "status=failed", NULL};
        g_assert_true(filter_check(both, &needs_all, NULL) && needs_all);
        g_assert_true(filter_check(NULL, &needs_all, NULL) && !needs_all);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/filter/match/fields-are-compared", fields_are_compared);
        g_test_add_func("/filter/match/those-of-a-field-are-alternatives-and-fields-add-up",
                        those_of_a_field_are_alternatives_and_fields_add_up);
        g_test_add_func("/filter/check/slips-are-told", slips_are_told);
        return g_test_run();
}
