/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Copied while the mount is detached: the payload never sees half of it. */

#include "runner/mount-copy-up.h"

#include "base/cleanup.h"
#include "base/copy.h"
#include "base/error.h"
#include "runner/beneath.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool says(const MountStep *step, const char *name) {
        g_auto(GStrv) words = g_strsplit(step->options ? step->options : "", ",", -1);
        bool found = false;

        for (char **word = words; *word; word++)
                found = found || (g_str_has_prefix(*word, name) && (*word)[strlen(name)] == '=');
        return found;
}

/* Of two owners the one that the options name is what the file system was made with. */
static bool restore(const MountStep *step, int top_fd, const struct stat *made, GError **error) {
        uid_t uid = says(step, "uid") ? made->st_uid : (uid_t) -1;
        gid_t gid = says(step, "gid") ? made->st_gid : (gid_t) -1;

        if ((uid != (uid_t) -1 || gid != (gid_t) -1) && fchown(top_fd, uid, gid) < 0)
                return fail_errno(error, errno, "Cannot give it to user %u and group %u", uid, gid);
        return !step->has_mode || fchmod(top_fd, made->st_mode & 07777) == 0 ||
               fail_errno(error, errno, "Cannot set its mode");
}

bool mount_copy_up(const MountStep *step, int fd, const MountPlace *place, GError **error) {
        autofd int image_fd = -1, top_fd = -1;
        struct stat made;

        /* Failing is fine: the image has no folder there. */
        if (!beneath_open_folder(place->root_fd, step->target, &image_fd, NULL))
                return true;
        top_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (top_fd < 0 || fstat(top_fd, &made) < 0)
                return fail_errno(error, errno, "Cannot open the file system in memory");
        if (copy_folder(image_fd, top_fd, error))
                return restore(step, top_fd, &made, error);
        if (error && g_error_matches(*error, ERRNO_ERROR, ENOSPC))
                return fail_prefix(
                        error, "The image's files do not fit into the file system in memory (a larger size= "
                               "makes room, notmpcopyup leaves them out)");
        return fail_prefix(error, "The image's files for the file system in memory");
}
