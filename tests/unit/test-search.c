/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "generator/search.h"
#include "spec/problem.h"
#include "tests/lib/scratch.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Search *search(const Scratch *scratch, const char *const *roots) {
        g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(SearchRoot));

        for (; *roots; roots++) {
                const char *name = *roots;
                SearchRoot root = {scratch_path(scratch, *name == '!' ? name + 1 : name), *name == '!',
                                   false, false};
                g_array_append_val(array, root);
        }
        Search *found = search_run(array);
        for (guint i = 0; i < array->len; i++)
                g_free(g_array_index(array, SearchRoot, i).path);
        return found;
}

/* ROOTS are folders of the scratch folder; "!" in front: without the numbers in it. */
static void assert_finds(const Scratch *scratch, const char *const *roots, const char *expected) {
        g_autoptr(Search) found = search(scratch, roots);
        g_autoptr(GString) list = g_string_new(NULL);

        for (guint i = 0; i < found->sources->len; i++) {
                g_autofree char *path = search_path(found, search_source(found, i));
                g_string_append_printf(list, "%s%s", i > 0 ? " " : "", path + strlen(scratch->path) + 1);
        }
        g_assert_cmpstr(list->str, ==, expected);
}

static void test_first_of_a_name_counts(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "b/web.container", "x");
        scratch_write(scratch, "b/db.container", "x");
        scratch_write(scratch, "a/sub/web.container", "x");
        scratch_write(scratch, "a/zz/web.container", "x");
        scratch_write(scratch, "a/README", "x");
        scratch_write(scratch, "a/.web2.container", "x");
        scratch_write(scratch, "a/data.volume", "x");
        assert_finds(scratch, (const char *[]){"a", "missing", "b", NULL},
                     "a/data.volume b/db.container a/sub/web.container");
        assert_finds(scratch, (const char *[]){"b", "a", NULL},
                     "a/data.volume b/db.container b/web.container");
        scratch_write(scratch, "a/web.container", "x");
        assert_finds(scratch, (const char *[]){"a", NULL}, "a/data.volume a/web.container");
}

static void test_leaves_out_other_users(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "users/1001/other.container", "x");
        scratch_write(scratch, "users/team7/web.container", "x");
        scratch_write(scratch, "users/team7/12/db.container", "x");
        assert_finds(scratch, (const char *[]){"!users", NULL},
                     "users/team7/12/db.container users/team7/web.container");
}

static void test_drop_in_folders_are_no_sources(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "a/web.container.d/x.container", "x");
        scratch_write(scratch, "a/container.d/y.conf", "x");
        assert_finds(scratch, (const char *[]){"a", NULL}, "");

        g_autoptr(Search) found = search(scratch, (const char *[]){"a", NULL});
        g_autoptr(GPtrArray) dropins = unit_dropins_find(found->dropins, "web.container");
        g_assert_cmpuint(dropins->len, ==, 1);
}

static void test_survives_loops_of_links(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "a/web.container", "x");
        scratch_link(scratch, "a/loop", ".");
        scratch_link(scratch, "a/up", "..");
        scratch_link(scratch, "a/dead", "nowhere");
        scratch_link(scratch, "real.txt", "a/web.container");
        scratch_link(scratch, "a/link.container", "web.container");
        assert_finds(scratch, (const char *[]){"a", NULL}, "a/link.container a/web.container");
}

/* A link leads to a folder elsewhere, whose own links lead no further. */
static void test_follows_links_once(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "elsewhere/one.container", "x");
        scratch_write(scratch, "elsewhere/below/two.container", "x");
        scratch_write(scratch, "far/three.container", "x");
        scratch_link(scratch, "elsewhere/on", "../far");
        scratch_write(scratch, "a/own.container", "x");
        scratch_link(scratch, "a/aaa", "../elsewhere");
        assert_finds(scratch, (const char *[]){"a", NULL},
                     "a/aaa/one.container a/own.container a/aaa/below/two.container");
}

static void test_a_folder_has_its_own_name_first(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "a/sub/web.container", "x");
        scratch_link(scratch, "a/aaa", "sub");
        assert_finds(scratch, (const char *[]){"a", NULL}, "a/sub/web.container");
}

static void test_has_a_bottom(Scratch *scratch, gconstpointer data) {
        g_autoptr(GString) path = g_string_new("a");

        for (int i = 0; i < 40; i++)
                g_string_append(path, "/d");
        g_string_append(path, "/web.container");
        scratch_write(scratch, path->str, "x");
        g_autoptr(Search) found = search(scratch, (const char *[]){"a", NULL});
        g_assert_cmpuint(found->sources->len, ==, 0);
        g_assert_cmpuint(found->problems->len, ==, 1);
}

/* More folders than descriptors are kept for. */
static void test_takes_many_folders(Scratch *scratch, gconstpointer data) {
        for (int i = 0; i < 300; i++) {
                g_autofree char *path = g_strdup_printf("a/%d/web%d.container", i, i);
                scratch_write(scratch, path, "x");
        }
        g_autoptr(Search) found = search(scratch, (const char *[]){"a", NULL});
        g_assert_cmpuint(found->sources->len, ==, 300);
        g_assert_nonnull(search_find(found, "web299.container"));
        g_assert_null(search_find(found, "web300.container"));
}

static void test_says_what_it_may_not_read(Scratch *scratch, gconstpointer data) {
        if (getuid() == 0) {
                g_test_skip("root reads everything");
                return;
        }
        scratch_write(scratch, "a", NULL);
        g_autofree char *path = scratch_path(scratch, "a");
        g_assert_no_errno(chmod(path, 0));
        g_autoptr(Search) found = search(scratch, (const char *[]){"a", NULL});
        g_assert_cmpuint(found->problems->len, ==, 1);
        g_assert_no_errno(chmod(path, 0700));
}

static void assert_roots(const char *expected) {
        g_autoptr(GArray) roots = search_roots();
        g_autoptr(GString) list = g_string_new(NULL);

        for (guint i = 0; i < roots->len; i++)
                g_string_append_printf(list, "%s%s", i > 0 ? " " : "",
                                       g_array_index(roots, SearchRoot, i).path);
        g_assert_cmpstr(list->str, ==, expected);
}

static void test_search_path(void) {
        g_autofree char *system =
                g_strdup_printf(" /etc/wolffia/users/%u /etc/wolffia/users /usr/share/wolffia/users/%u "
                                "/usr/share/wolffia/users",
                                getuid(), getuid());
        g_autofree char *home =
                g_strconcat("/run/user/7/wolffia/units /home/x/.config/wolffia", system, NULL);
        g_autofree char *config = g_strconcat("/run/user/7/wolffia/units /cfg/wolffia", system, NULL);

        g_unsetenv("WOLFFIA_UNIT_DIRS");
        g_unsetenv("XDG_CONFIG_HOME");
        g_setenv("XDG_RUNTIME_DIR", "/run/user/7", TRUE);
        g_setenv("HOME", "/home/x", TRUE);
        assert_roots(home);
        g_setenv("XDG_CONFIG_HOME", "/cfg", TRUE);
        assert_roots(config);
        g_unsetenv("XDG_RUNTIME_DIR");
        g_unsetenv("XDG_CONFIG_HOME");
        g_unsetenv("HOME");
        assert_roots(system + 1);
        g_setenv("WOLFFIA_UNIT_DIRS", "/a::/b", TRUE);
        assert_roots("/a /b");
        g_setenv("WOLFFIA_UNIT_DIRS", "", TRUE);
        assert_roots("");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/search/first-of-a-name-counts", test_first_of_a_name_counts);
        scratch_test_add("/search/leaves-out-other-users", test_leaves_out_other_users);
        scratch_test_add("/search/drop-in-folders-are-no-sources", test_drop_in_folders_are_no_sources);
        scratch_test_add("/search/survives-loops-of-links", test_survives_loops_of_links);
        scratch_test_add("/search/follows-links-once", test_follows_links_once);
        scratch_test_add("/search/a-folder-has-its-own-name-first", test_a_folder_has_its_own_name_first);
        scratch_test_add("/search/has-a-bottom", test_has_a_bottom);
        scratch_test_add("/search/takes-many-folders", test_takes_many_folders);
        scratch_test_add("/search/says-what-it-may-not-read", test_says_what_it_may_not_read);
        g_test_add_func("/search/path", test_search_path);
        return g_test_run();
}
