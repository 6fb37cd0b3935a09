/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Removal in two steps: a rename into trash/, which is atomic, and the slow rest, which may be cut short at any point
 * and taken up by whoever comes next. */

#include "image/trash.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/user-namespace.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

void image_trash_free(ImageTrash *trash) {
        if (!trash)
                return;
        /* What belongs to subordinate ids stays, for image_trash_empty(). */
        if (trash->path)
                (void) file_remove_tree(trash->store->fd, trash->path, NULL);
        cleanup_fd(&trash->fd);
        g_free(trash->path);
        g_free(trash);
}

/* Takes the lock of a folder in trash/, if it is free and the folder is still there once it is taken. */
static bool take_lock(const ImageStore *store, const char *path, int *ret_fd) {
        autofd int fd = openat(store->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat held, named;

        if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
                return false;
        if (fstat(fd, &held) < 0 || fstatat(store->fd, path, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
            held.st_ino != named.st_ino || held.st_dev != named.st_dev)
                return false;
        *ret_fd = steal_fd(&fd);
        return true;
}

bool image_trash_open(const ImageStore *store, ImageTrash **ret_trash, GError **error) {
        /* Between mkdir() and flock() somebody who empties the trash may take the folder for an abandoned one. */
        for (int attempt = 0; attempt < 100; attempt++) {
                g_autofree char *path = g_strdup_printf("trash/%08x%08x", g_random_int(), g_random_int());
                int fd;

                if (mkdirat(store->fd, path, 0700) < 0 && errno != EEXIST)
                        return fail_errno(error, errno, "Cannot make a folder in %s/trash", store->path);
                if (!take_lock(store, path, &fd))
                        continue;

                ImageTrash *trash = g_new0(ImageTrash, 1);
                *trash = (ImageTrash){.store = store, .path = g_steal_pointer(&path), .fd = fd};
                *ret_trash = trash;
                return true;
        }
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "Cannot lock a folder in %s/trash; is it on a file system without flock(2)?",
                    store->path);
}

/* Hidden ones too. */
static bool list(const ImageStore *store, GPtrArray *names) {
        autodir DIR *folder = folder_open(store->fd, "trash", 0);
        struct dirent *entry;

        while ((entry = folder_next(folder)))
                g_ptr_array_add(names, g_strdup(entry->d_name));
        return folder != NULL;
}

bool image_trash_is_empty(const ImageStore *store) {
        struct stat status;

        /* A folder's link count is 2 plus its folders, where the file system counts (ext4, xfs, tmpfs). */
        if (fstatat(store->fd, "trash", &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_nlink == 2)
                return true;

        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        return !list(store, names) || names->len == 0;
}

typedef struct Removal {
        const ImageStore *store;
        const char *path;
} Removal;

static bool remove_mapped(void *data, GError **error) {
        const Removal *removal = data;

        return file_remove_tree(removal->store->fd, removal->path, error);
}

static bool remove_one(const ImageStore *store, const char *path, IdMap **map, GError **error) {
        autofd int fd = -1;
        struct stat status;

        /* Folders are what people work in; anything else in trash/ is of no use to anybody. */
        if (fstatat(store->fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode) &&
            !take_lock(store, path, &fd))
                return true;
        /* Most of what lies here is the user's own; a namespace with its helpers is made for the rest only. */
        if (file_remove_tree(store->fd, path, NULL))
                return true;
        if (!*map && !id_map_load_default(map, error))
                return false;

        Removal removal = {store, path};
        return user_namespace_run(*map, remove_mapped, &removal, error);
}

bool image_trash_empty(const ImageStore *store, GError **error) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(IdMap) map = NULL;

        if (!list(store, names))
                return fail_errno(error, errno, "Cannot list %s/trash", store->path);
        for (guint i = 0; i < names->len; i++) {
                g_autofree char *path = g_strconcat("trash/", names->pdata[i], NULL);
                if (!remove_one(store, path, &map, error))
                        return fail_prefix(error, "%s/%s", store->path, path);
        }
        return true;
}
