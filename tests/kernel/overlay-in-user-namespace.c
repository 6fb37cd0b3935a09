/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The container's root (runner/rootfs.c): an overlay that the root of a user namespace mounts, with userxattr, since the
 * trusted attributes are not his, and volatile, since it keeps nothing over a crash. */

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define OPTIONS "lowerdir=top:bottom,upperdir=upper,workdir=work,userxattr"

static void write_layers(const Scratch *scratch) {
        scratch_write(scratch, "bottom/etc/conf", "bottom");
        scratch_write(scratch, "bottom/etc/kept", "kept");
        scratch_write(scratch, "bottom/gone", "x");
        scratch_write(scratch, "bottom/hidden/inside", "x");
        scratch_write(scratch, "top/etc/conf", "top");
        scratch_write(scratch, "top/hidden/other", "x");
        scratch_write(scratch, "upper", NULL);
        scratch_write(scratch, "work", NULL);
        scratch_write(scratch, "root", NULL);
}

static bool mount_overlay(const Scratch *scratch, const char *options, GError **error) {
        /* Paths are relative, as the runner's: the option string is one page. */
        if (!mapped_unshare_mounts(error))
                return false;
        if (chdir(scratch->path) < 0 || mount("overlay", "root", "overlay", 0, options) < 0)
                return fail_errno(error, errno, "Cannot mount with %s", options);
        return true;
}

static bool expect_text(const char *path, const char *expected, GError **error) {
        g_autofree char *text = NULL;

        if (!g_file_get_contents(path, &text, NULL, error))
                return false;
        return g_str_equal(text, expected) || fail(error, WOLFFIA_ERROR_VALUE, "%s is '%s'", path, text);
}

static bool expect_none(const char *path, GError **error) {
        return access(path, F_OK) < 0 || fail(error, WOLFFIA_ERROR_VALUE, "%s is there", path);
}

static bool work_layers(void *data, GError **error) {
        /* As layers of images have them once they are unpacked. */
        const Scratch *scratch = data;
        if (mknodat(scratch->fd, "top/gone", S_IFCHR | 0600, makedev(0, 0)) < 0)
                return fail_errno(error, errno, "Cannot make a whiteout");
        autofd int fd = openat(scratch->fd, "top/hidden", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fsetxattr(fd, "user.overlay.opaque", "y", 1, 0) < 0)
                return fail_errno(error, errno, "Cannot make a folder opaque");

        return mount_overlay(scratch, OPTIONS ",volatile", error) &&
               expect_text("root/etc/conf", "top", error) && expect_text("root/etc/kept", "kept", error) &&
               expect_none("root/gone", error) && expect_none("root/hidden/inside", error) &&
               expect_text("root/hidden/other", "x", error);
}

static bool work_write(void *data, GError **error) {
        if (!mount_overlay(data, OPTIONS ",volatile", error))
                return false;
        if (!g_file_set_contents("root/etc/kept", "changed", -1, error) || unlink("root/etc/conf") < 0 ||
            mkdir("root/new", 0755) < 0)
                return false;
        return expect_text("root/etc/kept", "changed", error) && expect_none("root/etc/conf", error) &&
               expect_text("bottom/etc/kept", "kept", error) && expect_text("top/etc/conf", "top", error) &&
               expect_text("upper/etc/kept", "changed", error);
}

static bool work_dirty(void *data, GError **error) {
        g_autoptr(GError) refusal = NULL;

        /* The first is gone without a clean end, as after kill -9. */
        if (!mount_overlay(data, OPTIONS ",volatile", error) || umount2("root", MNT_DETACH) < 0)
                return false;
        if (mount("overlay", "root", "overlay", 0, OPTIONS) == 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "it was mounted on what may be broken");
        return errno == EINVAL || fail_errno(error, errno, "another refusal");
}

static bool work_without_userxattr(void *data, GError **error) {
        const Scratch *scratch = data;

        autofd int fd = openat(scratch->fd, "top/hidden", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fsetxattr(fd, "trusted.overlay.opaque", "y", 1, 0) == 0 || errno != EPERM)
                return fail(error, WOLFFIA_ERROR_VALUE, "a namespace's root may set trusted attributes");
        return true;
}

static bool work_exec(void *data, GError **error) {
        static const char program[] = "#!/bin/sh\nexit 0\n";
        const Scratch *scratch = data;

        if (!mapped_unshare_mounts(error) || chdir(scratch->path) < 0)
                return false;
        /* /tmp and /run/user often are. A bind of such a mount would stay so. */
        if (mount("tmpfs", "bottom", "tmpfs", MS_NOEXEC, NULL) < 0 ||
            !g_file_set_contents("bottom/program", program, -1, error) || chmod("bottom/program", 0755) < 0)
                return fail_errno(error, errno, "Cannot make a noexec tmpfs");
        if (mount("overlay", "root", "overlay", 0, OPTIONS ",volatile") < 0)
                return fail_errno(error, errno, "Cannot mount");
        if (access("bottom/program", X_OK) == 0 || access("root/program", X_OK) < 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "noexec is not where it should be");
        return true;
}

#define TEST(name, work)                                                                                    \
        static void name(Scratch *scratch, gconstpointer data) {                                            \
                write_layers(scratch);                                                                      \
                mapped_run_single(work, scratch);                                                           \
        }

TEST(hides_what_layers_have_removed, work_layers)
TEST(writes_to_the_upper_folder_only, work_write)
TEST(refuses_what_was_volatile_and_not_ended, work_dirty)
TEST(has_no_trusted_attributes, work_without_userxattr)
TEST(executes_from_a_noexec_file_system, work_exec)

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/overlay-in-user-namespace/hides-what-layers-have-removed",
                         hides_what_layers_have_removed);
        scratch_test_add("/overlay-in-user-namespace/writes-to-the-upper-folder-only",
                         writes_to_the_upper_folder_only);
        scratch_test_add("/overlay-in-user-namespace/refuses-what-was-volatile-and-not-ended",
                         refuses_what_was_volatile_and_not_ended);
        scratch_test_add("/overlay-in-user-namespace/has-no-trusted-attributes", has_no_trusted_attributes);
        scratch_test_add("/overlay-in-user-namespace/executes-from-a-noexec-file-system",
                         executes_from_a_noexec_file_system);
        return g_test_run();
}
