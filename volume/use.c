/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A folder that nobody has locked is what a crash left, and uses nothing. */

#include "volume/use.h"

#include "base/cleanup.h"
#include "base/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

static bool is_alive(int folder_fd) {
        if (flock(folder_fd, LOCK_SH | LOCK_NB) < 0)
                return errno == EWOULDBLOCK;
        (void) flock(folder_fd, LOCK_UN);
        return false;
}

GPtrArray *volume_use_find(const VolumeStore *store, const char *name) {
        GPtrArray *users = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *path = g_build_filename(store->path, "..", "containers", NULL);
        g_autofree char *link = g_strconcat("volume-", name, NULL);
        autodir DIR *containers = folder_open(AT_FDCWD, path, 0);
        struct dirent *entry;

        while ((entry = folder_next(containers))) {
                autofd int fd = openat(dirfd(containers), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd >= 0 && faccessat(fd, link, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && is_alive(fd))
                        g_ptr_array_add(users, g_strdup(entry->d_name));
        }
        return users;
}
