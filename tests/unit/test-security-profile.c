/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/security-profile.h"

#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static void put(const char *folder, const char *name, gint64 now, int days) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct timespec times[2] = {{.tv_sec = now - days * 86400L}, {.tv_sec = now - days * 86400L}};

        g_assert_true(g_file_set_contents(path, "x", 1, NULL));
        g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static bool has(const char *folder, const char *name) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void what_nobody_has_read_for_a_month_goes(Scratch *scratch, gconstpointer data) {
        gint64 now = 1000000000;

        put(scratch->path, "old", now, SECURITY_PROFILE_KEPT_DAYS + 1);
        put(scratch->path, "used", now, SECURITY_PROFILE_KEPT_DAYS - 1);
        put(scratch->path, "new", now, 0);
        security_profile_prune(scratch->fd, now);
        g_assert_false(has(scratch->path, "old"));
        g_assert_true(has(scratch->path, "used"));
        g_assert_true(has(scratch->path, "new"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/security-profile/prune/removes-what-nobody-has-read-for-a-month",
                         what_nobody_has_read_for_a_month_goes);
        return g_test_run();
}
