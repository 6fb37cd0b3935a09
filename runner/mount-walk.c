/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The walk goes from folder to folder by descriptors and never leaves the file system that it began on. */

#include "runner/mount-walk.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"

#include <fcntl.h>

enum { MAX_DEPTH = 256 };

typedef struct Walk {
        dev_t device;
        MountVisit *visit;
        void *data;
} Walk;

static bool walk_entries(const Walk *walk, int folder_fd, unsigned depth, GError **error);

static bool walk_entry(const Walk *walk, int dir_fd, const char *name, unsigned depth, GError **error) {
        struct stat status;

        if (fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT || fail_errno(error, errno, "Cannot look at '%s'", name);
        if (status.st_dev != walk->device)
                return true;
        if (!walk->visit(dir_fd, name, &status, walk->data, error))
                return false;
        if (!S_ISDIR(status.st_mode))
                return true;
        if (depth >= MAX_DEPTH)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "'%s' lies more than %d folders deep", name,
                            MAX_DEPTH);
        autofd int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder '%s'", name);
        return walk_entries(walk, fd, depth + 1, error) || fail_prefix(error, "%s", name);
}

static bool walk_entries(const Walk *walk, int folder_fd, unsigned depth, GError **error) {
        autodir DIR *folder = folder_open(folder_fd, ".", 0);
        struct dirent *entry;

        if (!folder)
                return fail_errno(error, errno, "Cannot list a folder");
        while ((entry = folder_next(folder)))
                if (!walk_entry(walk, folder_fd, entry->d_name, depth, error))
                        return false;
        return true;
}

bool mount_walk(int folder_fd, dev_t device, MountVisit *visit, void *data, GError **error) {
        const Walk walk = {.device = device, .visit = visit, .data = data};

        return walk_entries(&walk, folder_fd, 0, error);
}
