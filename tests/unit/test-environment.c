/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who wins when several say something about one variable. */

#include "runner/environment.h"

#include "base/error.h"
#include "tests/lib/scratch.h"

#include <errno.h>
#include <string.h>

static void add(GPtrArray *list, const char *text) {
        g_ptr_array_add(list, g_strdup(text));
}

static char *join(const GPtrArray *environment) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < environment->len; i++)
                g_string_append_printf(text, "%s|", (const char *) environment->pdata[i]);
        return g_string_free(text, FALSE);
}

static void assert_parses(const char *text, const char *expected) {
        g_autoptr(GPtrArray) environment = g_ptr_array_new_with_free_func(g_free);

        environment_parse_file(text, environment);
        g_autofree char *found = join(environment);
        g_assert_cmpstr(found, ==, expected);
}

static void files_are_taken_verbatim(void) {
        assert_parses("A=1\nB=two words\nC=\"quoted\"\n", "A=1|B=two words|C=\"quoted\"|");
        assert_parses("A=a=b\nB=$A\nC= x \n", "A=a=b|B=$A|C= x |");
        assert_parses("A=\n", "A=|");
        assert_parses("A=last line without end", "A=last line without end|");
        assert_parses("A=1\r\nB=2\r\n", "A=1|B=2|");
}

static void files_may_have_comments_and_empty_lines(void) {
        assert_parses("# no\n  # neither\n\n\nA=1 # part of it\n\t\n", "A=1 # part of it|");
        assert_parses("", "");
        assert_parses("=nameless\n\r\n=\n", "");
        assert_parses("  A=1\n\tB=2\n", "A=1|B=2|");
}

static void files_replace_what_is_there(void) {
        assert_parses("A=1\nB=2\nA=3\n", "A=3|B=2|");
}

static void names_alone_take_our_own_value(void) {
        g_setenv("WOLFFIA_TEST_SET", "ours", TRUE);
        g_unsetenv("WOLFFIA_TEST_UNSET");
        assert_parses("WOLFFIA_TEST_SET\nWOLFFIA_TEST_UNSET\n", "WOLFFIA_TEST_SET=ours|");
        g_unsetenv("WOLFFIA_TEST_SET");
}

static void find_compares_whole_names(void) {
        g_autoptr(GPtrArray) environment = g_ptr_array_new_with_free_func(g_free);

        environment_set(environment, "PATHS=no");
        environment_set(environment, "PATH=yes=");
        g_assert_cmpstr(environment_find(environment, "PATH"), ==, "yes=");
        g_assert_null(environment_find(environment, "PAT"));
        g_assert_null(environment_find(environment, "PATH="));
        /* As execve() wants it. */
        g_ptr_array_add(environment, NULL);
        g_assert_null(environment_find(environment, "HOME"));
}

static GPtrArray *plan(const ContainerSpec *spec, const ImageRecord *image) {
        g_autoptr(GError) error = NULL;
        GPtrArray *environment = NULL;

        environment_plan(spec, image, "web", &environment, &error);
        g_assert_no_error(error);
        return environment;
}

static void plan_has_what_every_container_has(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GPtrArray) environment = plan(spec, NULL);

        g_assert_cmpstr(environment_find(environment, "PATH"), ==,
                        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        g_assert_cmpstr(environment_find(environment, "HOSTNAME"), ==, "web");
        g_assert_cmpstr(environment_find(environment, "container"), ==, "wolffia");
        g_assert_cmpuint(environment->len, ==, 3);
}

static void plan_lets_the_nearer_word_win(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        ImageRecord image = {
                .environment = (const char *const[]){"PATH=/image", "A=image", "B=image", "C=image", NULL}};

        scratch_write(scratch, "first", "B=first\nC=first\nD=first\n");
        scratch_write(scratch, "second", "C=second\nE=second\n");
        g_ptr_array_add(spec->environment_files, scratch_path(scratch, "first"));
        g_ptr_array_add(spec->environment_files, scratch_path(scratch, "second"));
        add(spec->environment, "E=key");
        add(spec->environment, "HOSTNAME=key");
        g_autoptr(GPtrArray) environment = plan(spec, &image);
        g_assert_cmpstr(environment_find(environment, "PATH"), ==, "/image");
        g_assert_cmpstr(environment_find(environment, "A"), ==, "image");
        g_assert_cmpstr(environment_find(environment, "B"), ==, "first");
        g_assert_cmpstr(environment_find(environment, "C"), ==, "second");
        g_assert_cmpstr(environment_find(environment, "D"), ==, "first");
        g_assert_cmpstr(environment_find(environment, "E"), ==, "key");
        g_assert_cmpstr(environment_find(environment, "HOSTNAME"), ==, "key");
}

static void plan_names_the_file_that_is_missing(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GPtrArray) environment = NULL;
        g_autoptr(GError) error = NULL;

        add(spec->environment_files, "/nowhere/app.env");
        g_assert_false(environment_plan(spec, NULL, "web", &environment, &error));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
        g_assert_true(g_str_has_prefix(error->message, "EnvironmentFile=/nowhere/app.env: "));
        g_assert_null(environment);
        g_clear_error(&error);
        g_ptr_array_set_size(spec->environment_files, 0);
        add(spec->environment_files, "-/nowhere/app.env");
        (void) environment_plan(spec, NULL, "web", &environment, &error);
        g_assert_no_error(error);
        g_assert_nonnull(environment);
}

static void plan_takes_the_users_variables_on_request(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        g_setenv("WOLFFIA_TEST_HOST", "host", TRUE);
        g_setenv("NOTIFY_SOCKET", "/run/x", TRUE);
        g_setenv("LISTEN_FDS", "3", TRUE);
        g_setenv("CREDENTIALS_DIRECTORY", "/run/x", TRUE);
        g_autoptr(GPtrArray) without = plan(spec, NULL);
        spec->environment_host = TRISTATE_YES;
        g_autoptr(GPtrArray) with = plan(spec, NULL);
        g_assert_null(environment_find(without, "WOLFFIA_TEST_HOST"));
        g_assert_cmpstr(environment_find(with, "WOLFFIA_TEST_HOST"), ==, "host");
        /* These are between systemd and the runner. */
        g_assert_null(environment_find(with, "NOTIFY_SOCKET"));
        g_assert_null(environment_find(with, "LISTEN_FDS"));
        g_assert_null(environment_find(with, "CREDENTIALS_DIRECTORY"));
        g_unsetenv("WOLFFIA_TEST_HOST");
        g_unsetenv("NOTIFY_SOCKET");
        g_unsetenv("LISTEN_FDS");
        g_unsetenv("CREDENTIALS_DIRECTORY");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/environment/parse-file/takes-lines-verbatim", files_are_taken_verbatim);
        g_test_add_func("/environment/parse-file/knows-comments-and-empty-lines",
                        files_may_have_comments_and_empty_lines);
        g_test_add_func("/environment/parse-file/replaces-what-is-there", files_replace_what_is_there);
        g_test_add_func("/environment/parse-file/takes-our-own-value-for-a-name-alone",
                        names_alone_take_our_own_value);
        g_test_add_func("/environment/find/compares-whole-names", find_compares_whole_names);
        g_test_add_func("/environment/plan/has-what-every-container-has", plan_has_what_every_container_has);
        scratch_test_add("/environment/plan/lets-the-nearer-word-win", plan_lets_the_nearer_word_win);
        g_test_add_func("/environment/plan/names-the-file-that-is-missing",
                        plan_names_the_file_that_is_missing);
        g_test_add_func("/environment/plan/takes-the-users-variables-on-request",
                        plan_takes_the_users_variables_on_request);
        return g_test_run();
}
