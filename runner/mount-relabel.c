/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/mount-relabel.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/mount-walk.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

typedef struct Relabel {
        const char *name;
        const char *label;
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

static bool set_label(int dir_fd, const char *name, const struct stat *status, void *data, GError **error) {
        const Relabel *relabel = data;
        /* lsetxattr() has no form for descriptors of folders before Linux 6.13. */
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d/%s", dir_fd, name);

        if (lsetxattr(path, relabel->name, relabel->label, strlen(relabel->label) + 1, 0) == 0 ||
            errno == ENOENT || S_ISLNK(status->st_mode))
                return true;
        return explain(name, relabel, errno, error);
}

bool mount_relabel(const char *path, const char *name, const char *label, GError **error) {
        struct stat status;

        if (stat(path, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", path);
        Relabel relabel = {.name = name, .label = label};
        /* The user's own words may name a link; what it leads to is meant. */
        if (setxattr(path, name, label, strlen(label) + 1, 0) < 0)
                return explain(path, &relabel, errno, error);
        if (!S_ISDIR(status.st_mode))
                return true;
        autofd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);
        return mount_walk(fd, status.st_dev, set_label, &relabel, error) || fail_prefix(error, "%s", path);
}
