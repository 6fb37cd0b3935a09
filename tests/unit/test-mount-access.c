/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What cannot be had on a machine for tests: servers of files. The rest is in tests/machine/cases/. */

#include "runner/mount-access.h"

#include <linux/magic.h>
#include <string.h>

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

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/mount-access/names-servers-that-refuse-subordinate-ids",
                        servers_that_refuse_subordinate_ids_are_named);
        g_test_add_func("/mount-access/lets-pass-what-can-be-reached",
                        what_can_be_reached_or_is_missing_is_no_fault);
        return g_test_run();
}
