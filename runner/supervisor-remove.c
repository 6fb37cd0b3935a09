/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Removing a tree without the C library and without a heap: getdents64(2) into a buffer a level. */

#include "runner/supervisor-remove.h"

#include "runner/supervisor-cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
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

/* The files belong to subordinate ids, and so do cgroups of a systemd inside. The user namespace, which outlives its
 * processes by our descriptor, has them all, and its root may remove them: no newuidmap is needed. */
static void remove_mapped(int namespace_fd, int cgroup_fd, int folder_fd) {
        struct stat status;

        /* Without it, or before its map was written, all that is there is our own. */
        if (namespace_fd >= 0 && setns(namespace_fd, CLONE_NEWUSER) == 0 && setresgid(0, 0, 0) == 0)
                (void) setresuid(0, 0, 0);
        supervisor_remove_cgroups(cgroup_fd);
        if (fstat(folder_fd, &status) == 0)
                supervisor_remove_entries(folder_fd, status.st_dev);
}

/* We enter the namespace ourselves. Where the user is not in it, a child does: the folder itself is the user's, opened to
 * the container's root by its mode (runner/rootfs.c). */
void supervisor_remove_layer(int namespace_fd, int cgroup_fd, int containers_fd, int folder_fd,
                             const char *name) {
        struct stat status;
        bool is_open = fstat(folder_fd, &status) == 0 && (status.st_mode & 0777) == 0777;
        int child = is_open ? fork() : 0;

        if (child <= 0)
                remove_mapped(namespace_fd, cgroup_fd, folder_fd);
        if (is_open && child == 0)
                _exit(0);
        while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
                ;
        (void) unlinkat(containers_fd, name, AT_REMOVEDIR);
}
