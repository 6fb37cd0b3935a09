/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* By descriptors, since the payload of an earlier life may have left links. */

#include "runner/mount-relabel.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { MAX_DEPTH = 256 };

typedef struct Relabel {
        const char *name;
        const char *label;
        dev_t device;
} Relabel;

static bool explain(const char *path, const Relabel *relabel, int errno_value, GError **error) {
        if (errno_value == EINVAL)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The host's policy of SELinux does not know the label %s; SecurityLabelFileType= and "
                        "SecurityLabelLevel= make it up, and 'seinfo -t' lists the types there are",
                        relabel->label);
        if (errno_value == ENOTSUP)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The file system that holds %s keeps no labels; what it is mounted with (context=) holds for all "
                        "of it",
                        path);
        return fail_errno(
                error, errno_value,
                "You may not change the SELinux label of %s, which belongs to another id or is protected by the "
                "policy; 'sudo chcon -R %s' on the volume does it",
                path, relabel->label);
}

static bool set_label(const Relabel *relabel, int dir_fd, const char *name, mode_t mode, GError **error) {
        /* lsetxattr() has no form for descriptors of folders before Linux 6.13. */
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d/%s", dir_fd, name);

        if (lsetxattr(path, relabel->name, relabel->label, strlen(relabel->label) + 1, 0) == 0 ||
            errno == ENOENT || S_ISLNK(mode))
                return true;
        return explain(name, relabel, errno, error);
}

static bool relabel_entries(const Relabel *relabel, int folder_fd, unsigned depth, GError **error);

static bool relabel_entry(const Relabel *relabel, int dir_fd, const char *name, unsigned depth,
                          GError **error) {
        struct stat status;

        if (fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT || fail_errno(error, errno, "Cannot look at '%s'", name);
        if (status.st_dev != relabel->device)
                return true;
        if (!set_label(relabel, dir_fd, name, status.st_mode, error))
                return false;
        if (!S_ISDIR(status.st_mode))
                return true;
        if (depth >= MAX_DEPTH)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "'%s' lies more than %d folders deep", name,
                            MAX_DEPTH);
        autofd int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder '%s'", name);
        return relabel_entries(relabel, fd, depth + 1, error);
}

static bool relabel_entries(const Relabel *relabel, int folder_fd, unsigned depth, GError **error) {
        autofd int list_fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        autodir DIR *folder = list_fd < 0 ? NULL : fdopendir(list_fd);
        struct dirent *entry;

        if (!folder)
                return fail_errno(error, errno, "Cannot list a folder");
        (void) steal_fd(&list_fd);
        while ((entry = readdir(folder)))
                if (!g_str_equal(entry->d_name, ".") && !g_str_equal(entry->d_name, "..") &&
                    !relabel_entry(relabel, folder_fd, entry->d_name, depth, error))
                        return false;
        return true;
}

bool mount_relabel(const char *path, const char *name, const char *label, GError **error) {
        struct stat status;

        if (stat(path, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", path);
        Relabel relabel = {.name = name, .label = label, .device = status.st_dev};
        /* The user's own words may name a link; what it leads to is meant. */
        if (setxattr(path, name, label, strlen(label) + 1, 0) < 0)
                return explain(path, &relabel, errno, error);
        if (!S_ISDIR(status.st_mode))
                return true;
        autofd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);
        return relabel_entries(&relabel, fd, 0, error) || fail_prefix(error, "%s", path);
}
