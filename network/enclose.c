/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A mount namespace whose root is an empty tmpfs, with the folder in it. The tmpfs is mounted over the folder itself, since
 * that is surely there; what was there was opened before. */

#include "network/enclose.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

static bool make_root(const char *folder, GError **error) {
        g_autofree char *inner = g_strconcat(folder, folder, NULL);

        autofd int tree_fd = open_tree(AT_FDCWD, folder, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        if (tree_fd < 0)
                return fail_errno(error, errno, "Cannot use %s as a mount", folder);
        if (mount("none", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k,mode=0700") < 0)
                return fail_errno(error, errno, "Cannot mount a tmpfs on %s", folder);
        if (!file_make_folders(AT_FDCWD, inner, 0700, error))
                return false;
        return move_mount(tree_fd, "", AT_FDCWD, inner, MOVE_MOUNT_F_EMPTY_PATH) == 0 ||
               fail_errno(error, errno, "Cannot mount %s", inner);
}

bool enclose(const char *folder, GError **error) {
        if (unshare(CLONE_NEWNS) < 0)
                return fail_errno(error, errno, "Cannot make a mount namespace");
        /* So it is anyway where the user namespace is another; nothing of this may ever reach the host. */
        if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
                return fail_errno(error, errno, "Cannot take the host's mounts apart from ours");
        if (!make_root(folder, error))
                return false;
        /* With both folders the same the old root ends up on top of the new one (pivot_root(2)). */
        if (chdir(folder) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 ||
            chdir("/") < 0)
                return fail_errno(error, errno, "Cannot leave the host's file systems");
        return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                     NULL) == 0 ||
               fail_errno(error, errno, "Cannot make the empty root read-only");
}
