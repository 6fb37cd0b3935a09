/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What cannot be had on a machine for tests: servers of files. The rest is in tests/machine/cases/. */

#include "runner/mount-access.h"

#include <linux/magic.h>
#include <string.h>
#include <unistd.h>

static void servers_that_refuse_subordinate_ids_are_named(void) {
        g_autofree char *nfs = mount_access_note_server("/share", NFS_SUPER_MAGIC);
        g_autofree char *lustre = mount_access_note_server("/share", 0x0BD00BD0);

        g_assert_nonnull(strstr(nfs, "/share lies on NFS"));
        g_assert_nonnull(strstr(nfs, "UserNS=keep-id"));
        g_assert_nonnull(strstr(lustre, "Lustre"));
        g_assert_null(mount_access_note_server("/home", EXT4_SUPER_MAGIC));
        g_assert_null(mount_access_note_server("/tmp", TMPFS_MAGIC));
}

static void what_can_be_reached_or_is_missing_is_no_fault(void) {
        g_assert_true(mount_access_check("/etc/passwd", NULL));
        g_assert_true(mount_access_check("/nonexistent/file", NULL));
}

/* Row F7. */
static void where_there_is_a_policy_there_are_labels(void) {
        g_autofree char *folder = g_dir_make_tmp("wolffia-test-XXXXXX", NULL);
        g_autofree char *file = g_build_filename(folder, "enforce", NULL);

        g_assert_false(mount_access_has_labels("/nonexistent"));
        g_assert_false(mount_access_has_labels(folder));
        g_assert_true(g_file_set_contents(file, "0", 1, NULL));
        g_assert_true(mount_access_has_labels(folder));
        g_assert_cmpint(unlink(file), ==, 0);
        g_assert_cmpint(rmdir(folder), ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/mount-access/names-servers-that-refuse-subordinate-ids",
                        servers_that_refuse_subordinate_ids_are_named);
        g_test_add_func("/mount-access/lets-pass-what-can-be-reached",
                        what_can_be_reached_or_is_missing_is_no_fault);
        g_test_add_func("/mount-access/knows-whether-there-are-labels",
                        where_there_is_a_policy_there_are_labels);
        return g_test_run();
}
