/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The three ways to fail: what a reader of the message gets, and what code can rely on. */

#include "base/error.h"

#include <errno.h>

static void fail_sets_the_domain_and_the_code(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail(&error, WOLFFIA_ERROR_UNSUPPORTED, "no %s for %d", "range", 1000));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED);
        g_assert_cmpstr(error->message, ==, "no range for 1000");
}

static void everything_takes_no_error(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail(NULL, WOLFFIA_ERROR_VALUE, "unheard"));
        g_assert_false(fail_errno(NULL, ENOENT, "unheard"));
        g_assert_false(fail_prefix(NULL, "unheard"));
        g_assert_false(fail_prefix(&error, "nothing to be in front of"));
        g_assert_no_error(error);
}

static void fail_errno_appends_the_text(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail_errno(&error, ENOENT, "Cannot open %s", "/x"));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
        g_assert_cmpstr(error->message, ==, "Cannot open /x: No such file or directory");
}

static void fail_errno_takes_negative_values(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail_errno(&error, -EACCES, "Cannot open"));
        g_assert_error(error, ERRNO_ERROR, EACCES);
}

static void fail_errno_survives_what_formatting_does_to_errno(void) {
        g_autoptr(GError) error = NULL;

        errno = EPERM;
        g_assert_false(fail_errno(&error, errno, "%s%s", "Cannot", " open"));
        g_assert_error(error, ERRNO_ERROR, EPERM);
}

static void fail_prefix_keeps_domain_and_code(void) {
        g_autoptr(GError) error = NULL;

        fail_errno(&error, EIO, "Cannot read");
        g_assert_false(fail_prefix(&error, "%s:%d", "web.container", 7));
        g_assert_error(error, ERRNO_ERROR, EIO);
        g_assert_cmpstr(error->message, ==, "web.container:7: Cannot read: Input/output error");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_setenv("LC_ALL", "C", TRUE);
        g_test_add_func("/error/fail/sets-the-domain-and-the-code", fail_sets_the_domain_and_the_code);
        g_test_add_func("/error/fail/takes-no-error", everything_takes_no_error);
        g_test_add_func("/error/fail-errno/appends-the-text-of-the-errno-value", fail_errno_appends_the_text);
        g_test_add_func("/error/fail-errno/takes-negative-values-alike", fail_errno_takes_negative_values);
        g_test_add_func("/error/fail-errno/is-not-confused-by-formatting",
                        fail_errno_survives_what_formatting_does_to_errno);
        g_test_add_func("/error/fail-prefix/keeps-domain-and-code", fail_prefix_keeps_domain_and_code);
        return g_test_run();
}
