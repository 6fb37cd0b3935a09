/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The three ways to fail: what a reader of the message gets, and what code can rely on. */

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Asked of a process that has said nothing yet: GLib's tests convert what they print. */
static bool is_fail_errno_self_contained(void) {
        pid_t child = fork();
        int status;

        if (child == 0) {
                g_autoptr(GError) error = NULL;
                char line[512];
                fail_errno(&error, ENOTDIR, "Cannot enter");
                fail_errno(NULL, 4711, "Cannot enter");
                FILE *maps = fopen("/proc/self/maps", "re");
                while (maps && fgets(line, sizeof line, maps))
                        if (strstr(line, "gconv") || strstr(line, "locale"))
                                _exit(1);
                _exit(maps ? 0 : 2);
        }
        return waitpid(child, &status, 0) == child && status == 0;
}

static void fail_errno_loads_nothing(gconstpointer is_self_contained) {
        g_assert_true(GPOINTER_TO_INT(is_self_contained));
}

static void fail_errno_knows_no_limit(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail_errno(&error, 4711, "Cannot open"));
        g_assert_cmpstr(error->message, ==, "Cannot open: unknown error");
}

static void fail_prefix_keeps_domain_and_code(void) {
        g_autoptr(GError) error = NULL;

        fail_errno(&error, EIO, "Cannot read");
        g_assert_false(fail_prefix(&error, "%s:%d", "web.container", 7));
        g_assert_error(error, ERRNO_ERROR, EIO);
        g_assert_cmpstr(error->message, ==, "web.container:7: Cannot read: Input/output error");
}

int main(int argc, char **argv) {
        bool is_self_contained = is_fail_errno_self_contained();

        g_test_init(&argc, &argv, NULL);
        g_setenv("LC_ALL", "C", TRUE);
        g_test_add_func("/error/fail/sets-the-domain-and-the-code", fail_sets_the_domain_and_the_code);
        g_test_add_func("/error/fail/takes-no-error", everything_takes_no_error);
        g_test_add_func("/error/fail-errno/appends-the-text-of-the-errno-value",
                        fail_errno_appends_the_text);
        g_test_add_func("/error/fail-errno/takes-negative-values-alike", fail_errno_takes_negative_values);
        g_test_add_func("/error/fail-errno/is-not-confused-by-formatting",
                        fail_errno_survives_what_formatting_does_to_errno);
        g_test_add_data_func("/error/fail-errno/loads-nothing", GINT_TO_POINTER(is_self_contained),
                             fail_errno_loads_nothing);
        g_test_add_func("/error/fail-errno/takes-numbers-that-nobody-knows", fail_errno_knows_no_limit);
        g_test_add_func("/error/fail-prefix/keeps-domain-and-code", fail_prefix_keeps_domain_and_code);
        return g_test_run();
}
