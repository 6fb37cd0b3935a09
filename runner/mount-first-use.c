/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Copied aside and put in place by one rename, over the empty folder that was there. */

#include "runner/mount-first-use.h"

#include "base/cleanup.h"
#include "base/copy.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "runner/beneath.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

static bool give(const MountStep *step, int image_fd, int new_fd, const MountPlace *place, GError **error) {
        struct stat status = {.st_uid = place->uid, .st_gid = place->gid, .st_mode = 0755};

        if (image_fd >= 0 && fstat(image_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at the image's %s", step->target);
        if (step->first_use.has_uid && !place->is_single)
                status.st_uid = step->first_use.uid;
        if (step->first_use.has_gid && !place->is_single)
                status.st_gid = step->first_use.gid;
        if (fchown(new_fd, status.st_uid, status.st_gid) < 0)
                return fail_errno(error, errno, "Cannot give the volume to user %u and group %u",
                                  status.st_uid, status.st_gid);
        return fchmod(new_fd, status.st_mode & 07777) == 0 ||
               fail_errno(error, errno, "Cannot set the mode of the volume");
}

static bool fill(const MountStep *step, int folder_fd, const MountPlace *place, GError **error) {
        autofd int image_fd = -1;

        /* Failing is fine: the image has no folder there. */
        (void) beneath_open_folder(place->root_fd, step->target, &image_fd, NULL);
        if (!file_remove_tree(folder_fd, "incoming", error))
                return false;
        if (mkdirat(folder_fd, "incoming", 0755) < 0)
                return fail_errno(error, errno, "Cannot make a folder in %s", step->first_use.folder);
        autofd int new_fd = openat(folder_fd, "incoming", folder_flags);
        if (new_fd < 0)
                return fail_errno(error, errno, "Cannot open a folder in %s", step->first_use.folder);
        if (image_fd >= 0 && !step->first_use.no_copy && !copy_folder(image_fd, new_fd, error))
                return fail_prefix(error, "The image's files for the volume");
        if (!give(step, image_fd, new_fd, place, error))
                return false;
        /* On disk before it counts: nobody copies a second time. */
        if (syncfs(new_fd) < 0 || renameat(folder_fd, "incoming", folder_fd, "data") < 0)
                return fail_errno(error, errno, "Cannot put the image's files into %s",
                                  step->first_use.folder);
        return true;
}

bool mount_first_use(const MountStep *step, int folder_fd, const MountPlace *place, GError **error) {
        /* Another volume of the same name in this container, or whoever had the lock before us. */
        if (faccessat(folder_fd, "fresh", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                return true;
        /* What somebody has put there by hand stays. */
        if (folder_is_empty(folder_fd, "data", O_NOFOLLOW) && !fill(step, folder_fd, place, error))
                return false;
        if (unlinkat(folder_fd, "fresh", 0) < 0 || fsync(folder_fd) < 0)
                return fail_errno(error, errno, "Cannot mark the volume %s as used", step->first_use.folder);
        return true;
}
