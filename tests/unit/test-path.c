/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Path arithmetic, as tables. */

#include "base/path.h"

#include <glib.h>

static void normalise_drops_what_means_nothing(void) {
        static const struct {
                const char *path, *expected;
        } cases[] = {
                {"/", "/"}, {"//", "/"},  {"/.", "/"},          {"/a/./b//c/", "/a/b/c"},
                {"a", "a"}, {"./a", "a"}, {"a/", "a"},          {"", "."},
                {".", "."}, {"./.", "."}, {"/a/...", "/a/..."}, {"/.a/..b", "/.a/..b"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *normal = path_normalise(cases[i].path);
                g_assert_cmpstr(normal, ==, cases[i].expected);
        }
}

static void normalise_resolves_dot_dot(void) {
        static const struct {
                const char *path, *expected;
        } cases[] = {
                {"/a/../b", "/b"},      {"/a/b/../../c", "/c"},
                {"a/..", "."},          {"a/../b", "b"},
                {"../a", "../a"},       {"a/../../b", "../b"},
                {"../../a", "../../a"}, {"a/../../../b", "../../b"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *normal = path_normalise(cases[i].path);
                g_assert_cmpstr(normal, ==, cases[i].expected);
        }
}

static void normalise_never_leaves_the_top(void) {
        static const char *const paths[] = {"/..", "/../..", "/../../etc/..", "/a/../../..", "/./../.."};

        for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
                g_autofree char *normal = path_normalise(paths[i]);
                g_assert_cmpstr(normal, ==, "/");
        }
}

static void absolute_joins_relative_paths_only(void) {
        g_autofree char *relative = path_absolute("/home/alice", "data/./x"),
                        *up = path_absolute("/home/alice", "../bob");
        g_autofree char *absolute = path_absolute("/home/alice", "/srv//x"),
                        *here = path_absolute("/home/alice", "");

        g_assert_cmpstr(relative, ==, "/home/alice/data/x");
        g_assert_cmpstr(up, ==, "/home/bob");
        g_assert_cmpstr(absolute, ==, "/srv/x");
        g_assert_cmpstr(here, ==, "/home/alice");
}

static void component_refuses_what_leads_elsewhere(void) {
        static const char *const bad[] = {"", ".", "..", "a/b", "/", "a\nb", "\x7f", "a\x01"};
        static const char *const good[] = {"a", "...", ".a", "a b", "ä", "-", "web@1.service"};

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(path_is_component(bad[i]));
        for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_true(path_is_component(good[i]));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/path/normalise/drops-what-means-nothing", normalise_drops_what_means_nothing);
        g_test_add_func("/path/normalise/resolves-dot-dot-as-text", normalise_resolves_dot_dot);
        g_test_add_func("/path/normalise/never-leaves-the-top", normalise_never_leaves_the_top);
        g_test_add_func("/path/absolute/joins-relative-paths-only", absolute_joins_relative_paths_only);
        g_test_add_func("/path/is-component/refuses-what-leads-elsewhere",
                        component_refuses_what_leads_elsewhere);
        return g_test_run();
}
