/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folders of the store are its only index. */

#include "image/list.h"

#include "base/cleanup.h"
#include "base/folder.h"
#include "image/reference.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static void free_listed(void *data) {
        ImageListed *image = data;

        g_free(image->name);
        g_free(image->digest);
        g_free(image);
}

/* Where a symlink to …/records/DIGEST leads; NULL for anything else. */
static char *read_digest(const ImageStore *store, const char *path) {
        char target[256];
        ssize_t n = readlinkat(store->fd, path, target, sizeof target - 1);

        if (n < 0)
                return NULL;
        target[n] = '\0';
        const char *slash = strrchr(target, '/');
        g_autofree char *digest = g_strconcat("sha256:", slash ? slash + 1 : target, NULL);
        return image_reference_is_digest(digest) ? g_steal_pointer(&digest) : NULL;
}

static int compare(const void *a, const void *b) {
        const ImageListed *left = *(const ImageListed *const *) a, *right = *(const ImageListed *const *) b;

        if (!left->name != !right->name)
                return left->name ? -1 : 1;
        int names = g_strcmp0(left->name, right->name);
        return names ? names : strcmp(left->digest, right->digest);
}

static void add(GPtrArray *images, const char *name, const char *digest) {
        ImageListed *image = g_new0(ImageListed, 1);

        *image = (ImageListed){g_strdup(name), g_strdup(digest)};
        g_ptr_array_add(images, image);
}

GPtrArray *image_list(const ImageStore *store) {
        GPtrArray *images = g_ptr_array_new_with_free_func(free_listed);
        g_autoptr(GPtrArray) names = folder_list(store->fd, "images"),
                             records = folder_list(store->fd, "records");
        g_autoptr(GHashTable) named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        for (guint i = 0; i < names->len; i++) {
                g_autofree char *path = g_strconcat("images/", names->pdata[i], NULL);
                g_autofree char *name = image_reference_unescape(names->pdata[i]),
                                *digest = read_digest(store, path);
                if (!digest)
                        continue;
                add(images, name, digest);
                g_hash_table_add(named, g_steal_pointer(&digest));
        }
        for (guint i = 0; i < records->len; i++) {
                g_autofree char *digest = g_strconcat("sha256:", records->pdata[i], NULL);
                if (image_reference_is_digest(digest) && !g_hash_table_contains(named, digest))
                        add(images, NULL, digest);
        }
        g_ptr_array_sort(images, compare);
        return images;
}

/* The runner locks a container's folder, and whatever stays while the container lives inherits the lock. A crash leaves
 * the folder without it. */
static bool is_running(const ImageStore *store, const char *container) {
        g_autofree char *path = g_strconcat("containers/", container, NULL);
        autofd int fd = openat(store->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

/* Its own image, and those that it mounts: image-0 and so on. */
static bool uses(const ImageStore *store, const char *container, const char *digest) {
        g_autofree char *folder = g_strconcat("containers/", container, NULL);
        g_autoptr(GPtrArray) names = folder_list(store->fd, folder);

        for (guint i = 0; i < names->len; i++) {
                const char *name = names->pdata[i];
                if (!g_str_equal(name, "image") && !g_str_has_prefix(name, "image-"))
                        continue;
                g_autofree char *path = g_build_filename(folder, name, NULL);
                g_autofree char *used = read_digest(store, path);
                if (g_strcmp0(used, digest) == 0)
                        return true;
        }
        return false;
}

char **image_list_users(const ImageStore *store, const char *digest) {
        g_autoptr(GPtrArray) containers = folder_list(store->fd, "containers");
        GPtrArray *users = g_ptr_array_new();

        for (guint i = 0; i < containers->len; i++) {
                if (uses(store, containers->pdata[i], digest) && is_running(store, containers->pdata[i]))
                        g_ptr_array_add(users, g_strdup(containers->pdata[i]));
        }
        g_ptr_array_add(users, NULL);
        return (char **) g_ptr_array_free(users, FALSE);
}

guint64 image_list_size(const ImageStore *store, const ImageRecord *record) {
        guint64 size = 0;

        for (const char *const *blob = record->blobs; *blob; blob++) {
                g_autofree char *path = image_store_blob_path(*blob);
                struct stat status;
                if (fstatat(store->fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
                        size += (guint64) status.st_size;
        }
        return size;
}
