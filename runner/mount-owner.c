/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/mount-owner.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/mount-walk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Owner {
        uid_t uid;
        gid_t gid;
} Owner;

static bool explain(const struct stat *status, const char *name, GError **error) {
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "'%s' belongs to user %u and group %u as the container sees them (65534: not one of its own), and "
                "cannot be given to another; 'wolffia unshare chown -R 0:0 FOLDER' makes the files yours first, "
                "where they belong to your subordinate ids",
                name, status->st_uid, status->st_gid);
}

static bool change_one(int dir_fd, const char *name, const struct stat *status, void *data, GError **error) {
        const Owner *owner = data;

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

bool mount_owner_change(int fd, uid_t uid, gid_t gid, GError **error) {
        struct stat status;

        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at the source");
        Owner owner = {.uid = uid, .gid = gid};
        if (!change_one(fd, "", &status, &owner, error))
                return false;
        return !S_ISDIR(status.st_mode) || mount_walk(fd, status.st_dev, change_one, &owner, error);
}
