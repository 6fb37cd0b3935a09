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
        (void) generate_check(path, &text, &problems, &error);
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
        g_assert_true(generate_check(path, &text, &problems, NULL));
        g_assert_cmpuint(problems->len, ==, 0);
        g_assert_nonnull(strstr(text, "\nAfter=data.service\n"));
}

static void test_check_needs_a_source_file(Scratch *scratch, gconstpointer data) {
        g_autofree char *missing = scratch_path(scratch, "missing.container"),
                        *other = scratch_path(scratch, "x.txt");
        g_autoptr(GPtrArray) problems = NULL;
        g_autoptr(GError) missing_error = NULL, other_error = NULL;

        g_assert_false(generate_check(missing, NULL, &problems, &missing_error));
        g_assert_error(missing_error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        g_assert_false(generate_check(other, NULL, &problems, &other_error));
        g_assert_error(other_error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
}

int main(int argc, char **argv) {
        g_setenv("WOLFFIA_UNIT_DIRS", "", TRUE);
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/generate/check-tells-problems-and-the-unit",
                         test_check_tells_problems_and_the_unit);
        scratch_test_add("/generate/check-is-silent-on-good-files", test_check_is_silent_on_good_files);
        scratch_test_add("/generate/check-needs-a-source-file", test_check_needs_a_source_file);
        return g_test_run();
}
