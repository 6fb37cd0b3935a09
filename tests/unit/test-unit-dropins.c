/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/problem.h"
#include "spec/unit-dropins.h"

#include "tests/lib/scratch.h"
#include <string.h>

/* The folders of "a" come before those of "b" in the search. */
static UnitDropins *find_all(const Scratch *scratch) {
        UnitDropins *dropins = unit_dropins_new();
        static const char *const places[] = {"a", "b"};

        for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
                g_autofree char *path = scratch_path(scratch, places[i]);
                g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
                const char *name;

                while (dir && (name = g_dir_read_name(dir))) {
                        g_autofree char *folder = g_build_filename(path, name, NULL);
                        unit_dropins_add(dropins, folder);
                }
        }
        return dropins;
}

static void assert_found(const Scratch *scratch, const char *unit, const char *expected) {
        g_autoptr(UnitDropins) dropins = find_all(scratch);
        g_autoptr(GPtrArray) paths = unit_dropins_find(dropins, unit);
        g_autoptr(GString) found = g_string_new(NULL);

        for (guint i = 0; i < paths->len; i++)
                g_string_append_printf(found, "%s%s", i > 0 ? " " : "",
                                       (const char *) paths->pdata[i] + strlen(scratch->path) + 1);
        g_assert_cmpstr(found->str, ==, expected);
}

static void test_applies_by_name_whatever_the_folder(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "a/web.container.d/20-b.conf", "");
        scratch_write(scratch, "b/web.container.d/10-a.conf", "");
        scratch_write(scratch, "b/container.d/30-c.conf", "");
        scratch_write(scratch, "b/container.d/.hidden.conf", "");
        scratch_write(scratch, "b/container.d/40.confx", "");
        assert_found(scratch, "web.container",
                     "b/web.container.d/10-a.conf a/web.container.d/20-b.conf b/container.d/30-c.conf");
        assert_found(scratch, "other.container", "b/container.d/30-c.conf");
        assert_found(scratch, "web.volume", "");
}

static void test_takes_the_most_specific_then_the_first(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "a/container.d/x.conf", "");
        scratch_write(scratch, "b/web.container.d/x.conf", "");
        assert_found(scratch, "web.container", "b/web.container.d/x.conf");
        scratch_write(scratch, "a/web.container.d/x.conf", "");
        assert_found(scratch, "web.container", "a/web.container.d/x.conf");
}

static void test_knows_prefixes_and_templates(Scratch *scratch, gconstpointer data) {
        static const char *const folders[] = {"a-b-c@i", "a-b-c@", "a-b-@", "a-b-", "a-@", "a-"};

        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
                g_autofree char *path = g_strdup_printf("a/%s.container.d/%zu.conf", folders[i], i);
                scratch_write(scratch, path, "");
        }
        scratch_write(scratch, "a/container.d/9.conf", "");
        assert_found(
                scratch, "a-b-c@i.container",
                "a/a-b-c@i.container.d/0.conf a/a-b-c@.container.d/1.conf a/a-b-@.container.d/2.conf "
                "a/a-b-.container.d/3.conf a/a-@.container.d/4.conf a/a-.container.d/5.conf a/container.d/9.conf");
        assert_found(
                scratch, "a-b-c@.container",
                "a/a-b-c@.container.d/1.conf a/a-b-@.container.d/2.conf "
                "a/a-b-.container.d/3.conf a/a-@.container.d/4.conf a/a-.container.d/5.conf a/container.d/9.conf");
        assert_found(scratch, "a-b-c.container",
                     "a/a-b-.container.d/3.conf a/a-.container.d/5.conf a/container.d/9.conf");
        assert_found(scratch, "a-.container", "a/a-.container.d/5.conf a/container.d/9.conf");
        assert_found(scratch, "ab.container", "a/container.d/9.conf");
}

/* What a chosen file says is appended; an empty one and a link to /dev/null hide others and say nothing. */
static void test_masks(Scratch *scratch, gconstpointer data) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();

        scratch_write(scratch, "b/web.container.d/1.conf", "[C]\nk=hidden\n");
        scratch_write(scratch, "b/web.container.d/2.conf", "[C]\nk=hidden\n");
        scratch_write(scratch, "b/web.container.d/3.conf", "[C]\nk=seen\n");
        scratch_write(scratch, "a/web.container.d/1.conf", "");
        scratch_link(scratch, "a/web.container.d/2.conf", "/dev/null");

        g_autoptr(UnitDropins) dropins = find_all(scratch);
        unit_dropins_load(dropins, "web.container", reader, unit, problems);
        g_assert_cmpuint(problems->len, ==, 0);
        g_assert_cmpuint(unit->assignments->len, ==, 1);
        g_assert_cmpstr(unit_file_value(unit, "C", "k"), ==, "seen");
        g_assert_true(g_str_has_suffix(unit_file_at(unit, 0)->file, "b/web.container.d/3.conf"));
}

static void test_tells_of_what_cannot_be_read(Scratch *scratch, gconstpointer data) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();
        g_autoptr(UnitDropins) dropins = unit_dropins_new();
        g_autofree char *path = scratch_path(scratch, "a/web.container.d");

        /* Who is root opens any folder, so this is none. */
        scratch_write(scratch, "a/web.container.d", "");
        unit_dropins_add(dropins, path);
        unit_dropins_load(dropins, "web.container", reader, unit, problems);
        g_assert_cmpuint(problems->len, ==, 1);
        g_assert_nonnull(strstr(((const Problem *) problems->pdata[0])->text, "its drop-ins do not count"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/unit-dropins/applies-by-name-whatever-the-folder",
                         test_applies_by_name_whatever_the_folder);
        scratch_test_add("/unit-dropins/takes-the-most-specific-then-the-first",
                         test_takes_the_most_specific_then_the_first);
        scratch_test_add("/unit-dropins/knows-prefixes-and-templates", test_knows_prefixes_and_templates);
        scratch_test_add("/unit-dropins/masks", test_masks);
        scratch_test_add("/unit-dropins/tells-of-what-cannot-be-read", test_tells_of_what_cannot_be_read);
        return g_test_run();
}
