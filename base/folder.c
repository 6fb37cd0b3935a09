/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* readdir(3) without the two entries that every folder has and nobody wants. */

#include "base/folder.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>

DIR *folder_open(int dir_fd, const char *path, int flags) {
        autofd int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
        DIR *folder = fd < 0 ? NULL : fdopendir(fd);

        if (folder)
                (void) steal_fd(&fd);
        return folder;
}

struct dirent *folder_next(DIR *folder) {
        struct dirent *entry;

        while (folder && (entry = readdir(folder)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        return entry;
        return NULL;
}

bool folder_is_empty(int dir_fd, const char *path, int flags) {
        autodir DIR *folder = folder_open(dir_fd, path, flags);

        return folder && !folder_next(folder);
}

static int compare_names(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *folder_list(int dir_fd, const char *path) {
        GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
        autodir DIR *folder = folder_open(dir_fd, path, 0);
        struct dirent *entry;

        while ((entry = folder_next(folder)))
                if (entry->d_name[0] != '.')
                        g_ptr_array_add(names, g_strdup(entry->d_name));
        g_ptr_array_sort(names, compare_names);
        return names;
}
