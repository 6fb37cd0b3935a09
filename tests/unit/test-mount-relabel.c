/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* With an attribute that anybody may set: SELinux's is refused wherever there is no SELinux. */

#include "runner/mount-relabel.h"

#include "base/error.h"
#include "tests/lib/scratch.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ATTRIBUTE "user.test"

static bool has_label(const Scratch *scratch, const char *name) {
        g_autofree char *path = scratch_path(scratch, name);
        char value[64] = "";

        return getxattr(path, ATTRIBUTE, value, sizeof value - 1) > 0 && g_str_equal(value, "a:b:c");
}

static void everything_below_gets_the_label_and_nothing_else(Scratch *scratch, gconstpointer data) {
        g_autofree char *volume = scratch_path(scratch, "volume"),
                        *probe = scratch_path(scratch, "elsewhere");

        scratch_write(scratch, "volume/deep/file", "x");
        scratch_write(scratch, "elsewhere", "x");
        if (setxattr(probe, ATTRIBUTE, "x", 1, 0) < 0) {
                g_test_skip("this file system has no extended attributes");
                return;
        }
        scratch_link(scratch, "volume/link", "../elsewhere");
        g_assert_true(mount_relabel(volume, ATTRIBUTE, "a:b:c", NULL));
        g_assert_true(has_label(scratch, "volume"));
        g_assert_true(has_label(scratch, "volume/deep"));
        g_assert_true(has_label(scratch, "volume/deep/file"));
        g_assert_false(has_label(scratch, "elsewhere"));
}

static void a_refusal_names_the_file_and_the_command(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "file");
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "file", "x");
        /* Of that kind the kernel knows no attribute. */
        g_assert_false(mount_relabel(path, "none.such", "a:b:c", &error));
        g_assert_nonnull(strstr(error->message, path));
        g_clear_error(&error);
        if (geteuid() == 0)
                return;
        g_assert_false(mount_relabel(path, "trusted.test", "a:b:c", &error));
        g_assert_nonnull(strstr(error->message, "sudo chcon -R a:b:c"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/mount-relabel/labels-all-below-and-follows-no-link",
                         everything_below_gets_the_label_and_nothing_else);
        scratch_test_add("/mount-relabel/names-what-is-refused", a_refusal_names_the_file_and_the_command);
        return g_test_run();
}
