/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What `wolffia check` calls. The generator itself is tested by whole folders, tests/generator. */

#include "base/error.h"
#include "generator/generate.h"
#include "tests/lib/scratch.h"

#include <string.h>

static void test_check_tells_problems_and_the_unit(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "web.container"), *text = NULL;
        g_autoptr(GPtrArray) problems = NULL;
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "web.container", "[Container]\nImage=nginx\n");
        scratch_write(scratch, "web.container.d/1.conf", "[Container]\nPublishPort=0\n");
        (void) generate_check(path, NULL, &text, &problems, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(problems->len, ==, 1);
        g_assert_true(
                g_str_has_suffix(((const Problem *) problems->pdata[0])->file, "/web.container.d/1.conf"));
        g_assert_nonnull(strstr(text, "--broken=\"web.container.d/1.conf:2: PublishPort=: port '0'"));
}

static void test_check_is_silent_on_good_files(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "web.container"), *text = NULL;
        g_autoptr(GPtrArray) problems = NULL;

        scratch_write(scratch, "web.container", "[Container]\nImage=nginx\n[Unit]\nAfter=db.container\n");
        scratch_write(scratch, "db.container", "[Container]\nImage=db\nServiceName=data\n");
        g_assert_true(generate_check(path, NULL, &text, &problems, NULL));
        g_assert_cmpuint(problems->len, ==, 0);
        g_assert_nonnull(strstr(text, "\nAfter=data.service\n"));
}

/* What systemd or the kernel would refuse, without a word about the file. */
static void test_too_much_becomes_a_stub(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "web.container"), *word = g_strnfill(128 * 1024, 'x');
        g_autofree char *long_word =
                g_strconcat("[Container]\nImage=i\nHostName=", word, "\nExec=", word, "\n", NULL);
        g_autoptr(GString) long_line = g_string_new("[Container]\nImage=i\n");

        scratch_write(scratch, "web.container", long_word);
        g_autoptr(GPtrArray) word_problems = NULL;
        g_autofree char *word_text = NULL;
        g_assert_true(generate_check(path, NULL, &word_text, &word_problems, NULL));
        g_assert_cmpuint(word_problems->len, ==, 2);
        g_assert_nonnull(
                strstr(word_text, "--broken=\"web.container:3: HostName=: the value is longer than"));

        for (int i = 0; i < 11; i++)
                g_string_append_printf(long_line, "Label=L%d=%.100000s\n", i, word);
        scratch_write(scratch, "web.container", long_line->str);
        g_autoptr(GPtrArray) line_problems = NULL;
        g_autofree char *line_text = NULL;
        g_assert_true(generate_check(path, NULL, &line_text, &line_problems, NULL));
        g_assert_nonnull(strstr(line_text, "--broken=\"web.container: the command line is longer than"));
        g_assert_cmpuint(strlen(line_text), <, 2000);
}

static void test_a_long_line_of_systemds_becomes_a_stub(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "web.container"), *word = g_strnfill(1024 * 1024, 'x');
        g_autofree char *source =
                g_strconcat("[Container]\nImage=i\n[Unit]\nDescription=", word, "\n", NULL);
        g_autoptr(GPtrArray) problems = NULL;
        g_autofree char *text = NULL;

        scratch_write(scratch, "web.container", source);
        g_assert_true(generate_check(path, NULL, &text, &problems, NULL));
        g_assert_nonnull(
                strstr(text, "--broken=\"web.container:4: Description=: the line is longer than the 1 MiB"));
        g_assert_cmpuint(strlen(text), <, 2000);
}

static void test_reasons_are_short(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "web.container"), *text = NULL;
        g_autoptr(GPtrArray) problems = NULL;
        g_autoptr(GString) source = g_string_new("[Container]\nImage=i\n");

        for (int i = 0; i < 100; i++)
                g_string_append_printf(source, "PublishPort=%0600dé\n", i);
        scratch_write(scratch, "web.container", source->str);
        g_assert_true(generate_check(path, NULL, &text, &problems, NULL));
        g_assert_cmpuint(problems->len, ==, 100);
        g_assert_cmpuint(strlen(text), <, 5000);
        g_assert_nonnull(strstr(text, "… (and 99 more)\n"));
        g_assert_true(g_utf8_validate(text, -1, NULL));
}

/* A file in somebody's home is not looked for in all of it. */
static void test_check_stays_in_the_folder(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "web.container"), *text = NULL;
        g_autoptr(GPtrArray) problems = NULL;

        scratch_write(scratch, "web.container", "[Container]\nImage=i\n");
        scratch_write(scratch, "below/web.container.d/x.conf", "[Container]\nHostName=no\n");
        g_assert_true(generate_check(path, NULL, &text, &problems, NULL));
        g_assert_null(strstr(text, "--hostname"));
}

static void test_check_needs_a_source_file(Scratch *scratch, gconstpointer data) {
        g_autofree char *missing = scratch_path(scratch, "missing.container"),
                        *other = scratch_path(scratch, "x.txt");
        g_autoptr(GPtrArray) problems = NULL;
        g_autoptr(GError) missing_error = NULL, other_error = NULL;

        g_assert_false(generate_check(missing, NULL, NULL, &problems, &missing_error));
        g_assert_error(missing_error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        g_assert_false(generate_check(other, NULL, NULL, &problems, &other_error));
        g_assert_error(other_error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
}

int main(int argc, char **argv) {
        g_setenv("WOLFFIA_UNIT_DIRS", "", TRUE);
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/generate/check-tells-problems-and-the-unit",
                         test_check_tells_problems_and_the_unit);
        scratch_test_add("/generate/check-is-silent-on-good-files", test_check_is_silent_on_good_files);
        scratch_test_add("/generate/too-much-becomes-a-stub", test_too_much_becomes_a_stub);
        scratch_test_add("/generate/a-long-line-of-systemds-becomes-a-stub",
                         test_a_long_line_of_systemds_becomes_a_stub);
        scratch_test_add("/generate/reasons-are-short", test_reasons_are_short);
        scratch_test_add("/generate/check-stays-in-the-folder", test_check_stays_in_the_folder);
        scratch_test_add("/generate/check-needs-a-source-file", test_check_needs_a_source_file);
        return g_test_run();
}
