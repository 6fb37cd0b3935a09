/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Removing a tree without the C library and without a heap: getdents64(2) into a buffer a level. */

#include "runner/supervisor-remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void remove_entry(int folder_fd, const char *name, dev_t device) {
        struct stat status;

        if (unlinkat(folder_fd, name, 0) == 0 || errno != EISDIR)
                return;
        int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return;
        /* Nothing is mounted here any more; should it be, it is not ours to remove. */
        if (fstat(fd, &status) == 0 && status.st_dev == device)
                supervisor_remove_entries(fd, device);
        close(fd);
        (void) unlinkat(folder_fd, name, AT_REMOVEDIR);
}

void supervisor_remove_entries(int folder_fd, dev_t device) {
        char entries[2048] __attribute__((aligned(8)));
        ssize_t size;

        while ((size = getdents64(folder_fd, entries, sizeof entries)) > 0)
                for (ssize_t at = 0; at < size;) {
                        const struct dirent64 *entry = (const void *) (entries + at);
                        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                                remove_entry(folder_fd, entry->d_name, device);
                        at += entry->d_reclen;
                }
}

void supervisor_remove_folder(const char *path) {
        struct stat status;
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        if (fd < 0)
                return;
        if (fstat(fd, &status) == 0)
                supervisor_remove_entries(fd, status.st_dev);
        close(fd);
        (void) rmdir(path);
}
