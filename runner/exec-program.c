/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The mount is filled before it is anywhere, and read-only from then on. */

#include "runner/exec-program.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool make_mount(int *ret_fd, GError **error) {
        autofd int context_fd = (int) syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);

        if (context_fd < 0 ||
            syscall(SYS_fsconfig, context_fd, FSCONFIG_SET_STRING, "mode", "0755", 0) < 0 ||
            syscall(SYS_fsconfig, context_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
                return fail_errno(error, errno, "Cannot make a file system in memory in the container");
        *ret_fd = (int) syscall(SYS_fsmount, context_fd, FSMOUNT_CLOEXEC,
                                MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot mount memory in the container");
}

static bool copy_program(int from_fd, int folder_fd, const char *name, GError **error) {
        autofd int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0755);
        struct stat status;
        off_t done = 0;

        if (fd < 0 || fstat(from_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot copy '%s' into the container", name);
        while (done < status.st_size) {
                ssize_t n = sendfile(fd, from_fd, &done, (size_t) (status.st_size - done));
                if (n <= 0)
                        return fail_errno(error, n < 0 ? errno : EIO, "Cannot copy '%s' into the container",
                                          name);
        }
        return fchmod(fd, 0755) == 0 || fail_errno(error, errno, "Cannot make '%s' a program", name);
}

/* The first name is the file's, the others are links to it. */
static bool fill(int folder_fd, const ExecRequest *request, GError **error) {
        const GPtrArray *names = request->programs;

        for (guint i = 0; i < names->len; i++)
                if (!*(const char *) names->pdata[i] || strchr(names->pdata[i], '/'))
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' cannot be a program's name",
                                    (const char *) names->pdata[i]);
        if (!copy_program(request->program_fd, folder_fd, names->pdata[0], error))
                return false;
        for (guint i = 1; i < names->len; i++)
                if (symlinkat(names->pdata[0], folder_fd, names->pdata[i]) < 0 && errno != EEXIST)
                        return fail_errno(error, errno, "Cannot name '%s' in the container",
                                          (const char *) names->pdata[i]);
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
        return syscall(SYS_mount_setattr, folder_fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes) ==
                       0 ||
               fail_errno(error, errno, "Cannot make a mount read-only");
}

/* Where the container may mount, its /proc may be something else by now. */
static bool open_target(int *ret_fd, GError **error) {
        struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                               .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
        struct statfs system;

        autofd int fd = (int) syscall(SYS_openat2, AT_FDCWD, EXEC_PROGRAM_FOLDER, &how, sizeof how);
        if (fd < 0)
                return fail_errno(error, errno, "The container has no %s", EXEC_PROGRAM_FOLDER);
        if (fstatfs(fd, &system) < 0 || system.f_type != PROC_SUPER_MAGIC)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "The container's %s is something else",
                            EXEC_PROGRAM_FOLDER);
        *ret_fd = steal_fd(&fd);
        return true;
}

bool exec_program_mount(ExecRequest *request, GError **error) {
        autofd int mount_fd = -1, target_fd = -1;

        if (request->programs->len == 0)
                return true;
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return fail_errno(error, errno, "Cannot make a mount namespace for the command");
        if (!make_mount(&mount_fd, error) || !fill(mount_fd, request, error) ||
            !open_target(&target_fd, error))
                return false;
        cleanup_fd(&request->program_fd);
        return syscall(SYS_move_mount, mount_fd, "", target_fd, "",
                       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0 ||
               fail_errno(error, errno, "Cannot mount on the container's %s", EXEC_PROGRAM_FOLDER);
}
