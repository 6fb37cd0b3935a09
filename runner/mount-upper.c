/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The top of an overlay has the owner and mode of its upper folder, so a new one gets those of what it lies over. */

#include "runner/mount-upper.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"

#include <fcntl.h>
#include <unistd.h>

static bool open_folder(const char *path, const char *option, int *ret_fd, GError **error) {
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return fail_errno(error, errno, "%s=%s: cannot open the folder, which has to be there",
                                  option, path);
        *ret_fd = fd;
        return true;
}

bool mount_upper_open(MountStep *step, GError **error) {
        return !step->upper || (open_folder(step->upper, "upperdir", &step->upper_fd, error) &&
                                open_folder(step->work, "workdir", &step->work_fd, error));
}

/* One below the other, since overlay wants both on one mount. */
static bool make_own(const MountPlace *place, int *ret_upper_fd, int *ret_work_fd, GError **error) {
        g_autofree char *name = g_strdup_printf("over-%08x", g_random_int());
        const char *const parts[] = {name, "upper", "work"};
        int fds[3] = {-1, -1, -1}, parent_fd = place->folder_fd;
        bool made = true;

        for (size_t i = 0; made && i < G_N_ELEMENTS(parts); i++) {
                made = mkdirat(parent_fd, parts[i], 0755) == 0 &&
                       (fds[i] = openat(parent_fd, parts[i], O_PATH | O_DIRECTORY | O_CLOEXEC)) >= 0;
                parent_fd = fds[0];
        }
        int refusal = errno;
        cleanup_fd(&fds[0]);
        if (made) {
                *ret_upper_fd = fds[1];
                *ret_work_fd = fds[2];
                return true;
        }
        cleanup_fd(&fds[1]);
        return fail_errno(error, refusal, "Cannot make a writable layer");
}

static bool copy_given(const MountStep *step, int *ret_upper_fd, int *ret_work_fd, GError **error) {
        autofd int upper_fd = fcntl(step->upper_fd, F_DUPFD_CLOEXEC, 3);
        autofd int work_fd = fcntl(step->work_fd, F_DUPFD_CLOEXEC, 3);

        if (upper_fd < 0 || work_fd < 0)
                return fail_errno(error, errno, "Cannot copy a descriptor");
        /* The kernel would go on with a layer that nobody can write into. */
        if (faccessat(work_fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "workdir=%s: the container's root may not write into it, which belongs to none of its ids; with "
                        "UserNS=auto or nomap a layer goes with the container, without upperdir=",
                        step->work);
        *ret_upper_fd = steal_fd(&upper_fd);
        *ret_work_fd = steal_fd(&work_fd);
        return true;
}

bool mount_upper_make(const MountStep *step, const MountPlace *place, const struct stat *lower,
                      int *ret_upper_fd, int *ret_work_fd, GError **error) {
        if (!(step->upper_fd >= 0 ? copy_given(step, ret_upper_fd, ret_work_fd, error)
                                  : make_own(place, ret_upper_fd, ret_work_fd, error)))
                return false;
        /* Of a layer that is kept, what an earlier container made of it stays. */
        if (!lower || !folder_is_empty(*ret_upper_fd, ".", 0))
                return true;
        /* Refusals leave root's. */
        (void) fchownat(*ret_upper_fd, "", lower->st_uid, lower->st_gid, AT_EMPTY_PATH);
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", *ret_upper_fd);
        (void) chmod(path, lower->st_mode & 07777);
        return true;
}
