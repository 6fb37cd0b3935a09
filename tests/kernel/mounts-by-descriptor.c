/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The new mount calls (fsopen(2) and its family) need no path once a target is open, so no link of an image is walked a
 * second time. And a descriptor belongs to the mount namespace that it was opened in: nothing can be mounted by one of
 * before, which is why the child enters the store by its path. */

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static int make_tmpfs(void) {
        autofd int fs_fd = fsopen("tmpfs", FSOPEN_CLOEXEC);

        if (fs_fd < 0 || fsconfig(fs_fd, FSCONFIG_SET_STRING, "mode", "700", 0) < 0 ||
            fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
                return -1;
        return fsmount(fs_fd, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
}

static int move(int mount_fd, int target_fd) {
        return move_mount(mount_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static bool work_swapped(void *data, GError **error) {
        const Scratch *scratch = data;

        if (!mapped_unshare_mounts(error) || chdir(scratch->path) < 0)
                return false;
        autofd int target_fd = open("target", O_PATH | O_NOFOLLOW | O_CLOEXEC), mount_fd = make_tmpfs();
        if (target_fd < 0 || mount_fd < 0)
                return fail_errno(error, errno, "Cannot make a detached mount");
        /* Somebody swaps it for a link to what must not be covered. */
        if (rename("target", "moved") < 0 || symlink("precious", "target") < 0 ||
            move(mount_fd, target_fd) < 0)
                return fail_errno(error, errno, "Cannot mount by descriptor");
        if (access("precious/file", F_OK) < 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "the link was followed");
        return access("moved/file", F_OK) < 0 || fail(error, WOLFFIA_ERROR_VALUE, "nothing was mounted");
}

static bool work_restrict(void *data, GError **error) {
        const Scratch *scratch = data;
        struct mount_attr attributes = {.attr_set =
                                                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC};

        if (!mapped_unshare_mounts(error) || chdir(scratch->path) < 0)
                return false;
        /* With what is mounted below, and all of it restricted before anybody sees it. */
        if (mount("tmpfs", "source/below", "tmpfs", 0, NULL) < 0)
                return fail_errno(error, errno, "Cannot mount below the source");
        autofd int tree_fd =
                open_tree(AT_FDCWD, "source", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        autofd int target_fd = open("target", O_PATH | O_CLOEXEC);
        if (tree_fd < 0 ||
            mount_setattr(tree_fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) < 0 ||
            move(tree_fd, target_fd) < 0)
                return fail_errno(error, errno, "Cannot bind by descriptor");
        if (mkdir("target/x", 0700) == 0 || errno != EROFS || mkdir("target/below/x", 0700) == 0 ||
            errno != EROFS)
                return fail(error, WOLFFIA_ERROR_VALUE, "it can be written");
        return mkdir("source/x", 0700) == 0 || fail_errno(error, errno, "The source is restricted too");
}

static bool work_foreign(void *data, GError **error) {
        const Scratch *scratch = data;

        autofd int before_fd = openat(scratch->fd, "target", O_PATH | O_CLOEXEC);
        if (!mapped_unshare_mounts(error))
                return false;
        autofd int mount_fd = make_tmpfs();
        if (mount_fd < 0)
                return fail_errno(error, errno, "Cannot make a detached mount");
        if (move(mount_fd, before_fd) == 0 || errno != EINVAL)
                return fail(error, WOLFFIA_ERROR_VALUE, "a descriptor of before takes a mount");
        if (fchdir(scratch->fd) < 0 || mount("tmpfs", "target", "tmpfs", 0, NULL) == 0 || errno != EINVAL)
                return fail(error, WOLFFIA_ERROR_VALUE, "a folder that was entered by one does");
        if (chdir(scratch->path) < 0 || mount("tmpfs", "target", "tmpfs", 0, NULL) < 0)
                return fail_errno(error, errno, "Cannot mount by path");
        return true;
}

#define TEST(name, work)                                                                                    \
        static void name(Scratch *scratch, gconstpointer data) {                                            \
                scratch_write(scratch, "target/file", "x");                                                 \
                scratch_write(scratch, "precious/file", "x");                                               \
                scratch_write(scratch, "source/below", NULL);                                               \
                mapped_run_single(work, scratch);                                                           \
        }

TEST(a_target_that_is_open_cannot_be_swapped, work_swapped)
TEST(a_tree_is_restricted_before_it_is_seen, work_restrict)
TEST(descriptors_of_before_take_no_mounts, work_foreign)

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/mounts-by-descriptor/follow-no-link-that-comes-later",
                         a_target_that_is_open_cannot_be_swapped);
        scratch_test_add("/mounts-by-descriptor/restrict-a-tree-before-it-is-seen",
                         a_tree_is_restricted_before_it_is_seen);
        scratch_test_add("/mounts-by-descriptor/belong-to-one-namespace",
                         descriptors_of_before_take_no_mounts);
        return g_test_run();
}
