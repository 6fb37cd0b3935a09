/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/container-keys.h"
#include "spec/nearest.h"

static void test_counts_slips(void) {
        static const struct {
                const char *a, *b;
                guint distance;
        } pairs[] = {
                {"Exec", "Exec", 0}, {"Exce", "Exec", 1},  {"exec", "Exec", 1},
                {"Exe", "Exec", 1},  {"Exxec", "Exec", 1}, {"Userns", "UserNS", 1},
                {"abc", "xyz", 3},   {"", "abc", 3},       {"PublihsPorts", "PublishPort", 2},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++)
                g_assert_cmpuint(nearest_distance(pairs[i].a, pairs[i].b), ==, pairs[i].distance);
}

static void test_survives_long_words(void) {
        g_autofree char *word = g_strnfill(10000, 'x');

        g_assert_cmpuint(nearest_distance(word, "Exec"), ==, G_MAXUINT);
        g_assert_null(key_table_nearest(&container_key_table, word));
}

static void test_suggests_what_people_meant(void) {
        g_assert_cmpstr(key_table_nearest(&container_key_table, "Userns"), ==, "UserNS");
        g_assert_cmpstr(key_table_nearest(&container_key_table, "PublishPorts"), ==, "PublishPort");
        g_assert_cmpstr(key_table_nearest(&container_key_table, "Enviroment"), ==, "Environment");
        g_assert_cmpstr(key_table_nearest(&container_key_table, "Volumes"), ==, "Volume");
        g_assert_null(key_table_nearest(&container_key_table, "Xyzzy"));
        g_assert_cmpstr(key_table_nearest_option(&container_key_table, "pubish"), ==, "publish");
        g_assert_null(key_table_nearest_option(&container_key_table, "quite-another"));
}

static void assert_extension(const char *name, const char *expected) {
        static const char *const extensions[] = {".container", ".volume", ".pod"};

        g_assert_cmpstr(nearest_extension(name, extensions, G_N_ELEMENTS(extensions)), ==, expected);
}

static void test_knows_slips_of_extensions(void) {
        assert_extension("web.contianer", ".container");
        assert_extension("Web.Container", ".container");
        assert_extension("web.volumes", ".volume");
        assert_extension("app.Pod", ".pod");
        assert_extension("app.pods", ".pod");
        assert_extension("web.container", NULL);
        assert_extension("web.container~", NULL);
        assert_extension("de.pot", NULL);
        assert_extension("de.po", NULL);
        assert_extension(".contianer", NULL);
        assert_extension("contianer", NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/nearest/counts-slips", test_counts_slips);
        g_test_add_func("/nearest/survives-long-words", test_survives_long_words);
        g_test_add_func("/nearest/suggests-what-people-meant", test_suggests_what_people_meant);
        g_test_add_func("/nearest/knows-slips-of-extensions", test_knows_slips_of_extensions);
        return g_test_run();
}
