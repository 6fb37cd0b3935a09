/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "runner/security-limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect_limit(const char *text, int resource, guint64 soft, guint64 hard) {
        g_autoptr(GError) error = NULL;
        SecurityLimit limit;
        bool has_limit;

        security_limits_parse(text, &limit, &has_limit, &error);
        g_assert_no_error(error);
        g_assert_true(has_limit);
        g_assert_cmpint(limit.resource, ==, resource);
        g_assert_cmpuint(limit.soft, ==, soft);
        g_assert_cmpuint(limit.hard, ==, hard);
}

static void expect_error(const char *text, const char *part) {
        g_autoptr(GError) error = NULL;
        SecurityLimit limit;
        bool has_limit;

        g_assert_false(security_limits_parse(text, &limit, &has_limit, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        if (!strstr(error->message, part))
                g_error("'%s' is not in '%s'", part, error->message);
}

static void test_reads_what_podman_reads(void) {
        SecurityLimit limit;
        bool has_limit = true;

        expect_limit("nofile=1024:2048", RLIMIT_NOFILE, 1024, 2048);
        expect_limit("nofile=1024", RLIMIT_NOFILE, 1024, 1024);
        expect_limit("NPROC=65535:65535", RLIMIT_NPROC, 65535, 65535);
        expect_limit("memlock=-1:-1", RLIMIT_MEMLOCK, G_MAXUINT64, G_MAXUINT64);
        expect_limit("core=0:unlimited", RLIMIT_CORE, 0, G_MAXUINT64);
        g_assert_true(security_limits_parse("host", &limit, &has_limit, NULL));
        g_assert_false(has_limit);
}

static void test_names_mistakes(void) {
        expect_error("nofile", "NAME=SOFT");
        expect_error("", "NAME=SOFT");
        expect_error("nofiles=3", "there is no limit 'nofiles', only as, core");
        expect_error("nofile=", "numbers");
        expect_error("nofile=10k", "numbers");
        expect_error("nofile=-2", "numbers");
        expect_error("nofile=1:", "numbers");
        expect_error("nofile=1:2:3", "numbers");
        expect_error("nofile=99999999999999999999", "numbers");
        expect_error("nofile=20:10", "above the hard one");
        expect_error("nofile=-1:10", "above the hard one");
}

static GPtrArray *list(const char *first, const char *second) {
        GPtrArray *texts = g_ptr_array_new();

        g_ptr_array_add(texts, (gpointer) first);
        if (second)
                g_ptr_array_add(texts, (gpointer) second);
        return texts;
}

static void apply_in_child(void) {
        g_autoptr(GPtrArray) wanted = list("nofile=100:200", "nofile=150:200"),
                             above = list("nofile=100:300", NULL);
        g_autoptr(GError) error = NULL;
        struct rlimit values;

        security_limits_apply(wanted, &error);
        g_assert_no_error(error);
        getrlimit(RLIMIT_NOFILE, &values);
        g_assert_cmpuint(values.rlim_cur, ==, 150);
        g_assert_cmpuint(values.rlim_max, ==, 200);

        /* The host's root may raise it; nobody in a container can. */
        if (geteuid() == 0 && setuid(65534) < 0)
                _exit(1);
        g_assert_false(security_limits_apply(above, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED);
        g_assert_nonnull(strstr(error->message, "the service may have 200, no more"));
        g_assert_nonnull(strstr(error->message, "LimitNOFILE=300"));
        _exit(0);
}

static void test_says_how_to_raise_a_limit(void) {
        pid_t child = fork();

        if (child == 0)
                apply_in_child();
        int status = -1;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_cmpint(status, ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/security-limits/parse/reads-what-podman-reads", test_reads_what_podman_reads);
        g_test_add_func("/security-limits/parse/names-mistakes", test_names_mistakes);
        g_test_add_func("/security-limits/apply/says-how-to-raise-a-limit", test_says_how_to_raise_a_limit);
        return g_test_run();
}
