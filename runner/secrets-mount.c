/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One file system in memory for all of a container's secrets. It is not there as a whole: each file is, at its place, so that
 * secrets may have targets anywhere. */

#include "runner/secrets.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/beneath.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

static bool make_file_system(int *ret_fd, GError **error) {
        autofd int fs_fd = fsopen("tmpfs", FSOPEN_CLOEXEC);

        if (fs_fd < 0 || fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", "tmpfs", 0) < 0 ||
            fsconfig(fs_fd, FSCONFIG_SET_STRING, "mode", "700", 0) < 0 ||
            fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
                return fail_errno(error, errno, "Cannot make a file system in memory");
        *ret_fd = fsmount(fs_fd, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot make a file system in memory");
}

/* Over the root, for as long as it takes: before Linux 6.15 the kernel clones parts of what is mounted somewhere only. Whoever has
 * ROOT_FD looks beneath it. */
static bool cover(int system_fd, int root_fd, GError **error) {
        return move_mount(system_fd, "", root_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) ==
                       0 ||
               fail_errno(error, errno, "Cannot mount a file system in memory");
}

static bool uncover(int system_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", system_fd);

        return umount2(path, MNT_DETACH) == 0 ||
               fail_errno(error, errno, "Cannot unmount the secrets as a whole");
}

static bool write_file(const SecretFile *file, int system_fd, const char *name, uid_t uid, gid_t gid,
                       GError **error) {
        autofd int fd = openat(system_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");
        if (!file_write_all(fd, file->content, file->size, error))
                return false;
        if (fchown(fd, uid, gid) < 0)
                return fail_errno(error, errno, "User %u or group %u is not mapped in the container", uid,
                                  gid);
        return fchmod(fd, file->mode) == 0 ||
               fail_errno(error, errno, "Cannot set the mode %04o", file->mode);
}

static bool attach(int system_fd, const char *name, int root_fd, const char *target, GError **error) {
        struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

        autofd int fd = open_tree(system_fd, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        autofd int target_fd = -1;
        if (fd < 0 || mount_setattr(fd, "", AT_EMPTY_PATH, &read_only, sizeof read_only) < 0)
                return fail_errno(error, errno, "Cannot make the file's mount");
        if (!beneath_make(root_fd, target, BENEATH_FILE, &target_fd, error))
                return false;
        if (move_mount(fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
                return errno == ENOTDIR
                               ? fail(error, WOLFFIA_ERROR_VALUE, "%s is a folder in the image", target)
                               : fail_errno(error, errno, "Cannot mount on %s", target);
        return true;
}

static bool mount_files(const GPtrArray *files, int system_fd, int root_fd, uid_t uid, gid_t gid,
                        bool is_single, GError **error) {
        for (guint i = 0; i < files->len; i++) {
                const SecretFile *file = files->pdata[i];
                char name[16];

                snprintf(name, sizeof name, "%u", i);
                if (!write_file(file, system_fd, name, is_single || file->is_credential ? uid : file->uid,
                                is_single || file->is_credential ? gid : file->gid, error) ||
                    !attach(system_fd, name, root_fd, file->target, error))
                        return fail_prefix(error, "The secret file %s", file->target);
        }
        return true;
}

bool secrets_mount(const GPtrArray *files, int root_fd, uid_t uid, gid_t gid, bool is_single,
                   GError **error) {
        autofd int system_fd = -1;

        return files->len == 0 || (make_file_system(&system_fd, error) && cover(system_fd, root_fd, error) &&
                                   mount_files(files, system_fd, root_fd, uid, gid, is_single, error) &&
                                   uncover(system_fd, error));
}
