/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* By descriptors, since the payload of an earlier life may have left links. */

#include "runner/mount-owner.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 256 };

typedef struct Owner {
        uid_t uid;
        gid_t gid;
        dev_t device;
} Owner;

static bool change_entries(const Owner *owner, int folder_fd, unsigned depth, GError **error);

static bool explain(const struct stat *status, const char *name, GError **error) {
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "'%s' belongs to user %u and group %u as the container sees them (65534: not one of its own), and "
                "cannot be given to another; 'wolffia unshare chown -R 0:0 FOLDER' makes the files yours first, "
                "where they belong to your subordinate ids",
                name, status->st_uid, status->st_gid);
}

static bool change_one(const Owner *owner, int dir_fd, const char *name, const struct stat *status,
                       GError **error) {
        if (status->st_uid == owner->uid && status->st_gid == owner->gid)
                return true;
        if (fchownat(dir_fd, name, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
                return errno == EPERM ? explain(status, *name ? name : "the volume", error)
                                      : fail_errno(error, errno, "Cannot change the owner of '%s'", name);
        /* A change of owner clears them, and what has them is a program that the user trusted already. */
        if ((status->st_mode & (S_ISUID | S_ISGID)) && !S_ISLNK(status->st_mode) && *name)
                (void) fchmodat(dir_fd, name, status->st_mode & 07777, 0);
        return true;
}

static bool change_entry(const Owner *owner, int dir_fd, const char *name, unsigned depth, GError **error) {
        struct stat status;

        if (fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT || fail_errno(error, errno, "Cannot look at '%s'", name);
        if (status.st_dev != owner->device)
                return true;
        if (!change_one(owner, dir_fd, name, &status, error))
                return false;
        if (!S_ISDIR(status.st_mode))
                return true;
        if (depth >= MAX_DEPTH)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "'%s' lies more than %d folders deep", name,
                            MAX_DEPTH);
        autofd int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder '%s'", name);
        return change_entries(owner, fd, depth + 1, error) || fail_prefix(error, "%s", name);
}

static bool change_entries(const Owner *owner, int folder_fd, unsigned depth, GError **error) {
        autodir DIR *folder = folder_open(folder_fd, ".", 0);
        struct dirent *entry;

        if (!folder)
                return fail_errno(error, errno, "Cannot list a folder");
        while ((entry = folder_next(folder)))
                if (!change_entry(owner, folder_fd, entry->d_name, depth, error))
                        return false;
        return true;
}

bool mount_owner_change(int fd, uid_t uid, gid_t gid, GError **error) {
        struct stat status;

        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at the source");
        Owner owner = {.uid = uid, .gid = gid, .device = status.st_dev};
        if (!change_one(&owner, fd, "", &status, error))
                return false;
        return !S_ISDIR(status.st_mode) || change_entries(&owner, fd, 0, error);
}
