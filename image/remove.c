/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Removal: names, records, and then a sweep over what is left without an owner. */

#include "image/remove.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/user-namespace.h"
#include "image/list.h"
#include "image/reference.h"
#include "image/trash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool remove_path(const ImageStore *store, const char *path, GError **error) {
        if (unlinkat(store->fd, path, 0) < 0 && errno != ENOENT)
                return fail_errno(error, errno, "Cannot remove %s/%s", store->path, path);
        return true;
}

static bool check_unused(const ImageStore *store, const char *digest, const char *shown, GError **error) {
        g_auto(GStrv) users = image_list_users(store, digest);
        g_autofree char *joined = g_strjoinv("', '", users);

        if (!*users)
                return true;
        return fail(error, WOLFFIA_ERROR_VALUE, "Image '%s' is in use by container '%s'; stop it first",
                    shown, joined);
}

static bool fail_not_here(const ImageStore *store, const char *text, GError **error) {
        g_autoptr(ImageRecord) record = NULL;
        const char *folder = NULL;

        if (image_store_find_more(store, text, &record, &folder, NULL) && record)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Image '%s' is in the read-only store %s; only who keeps that can remove it",
                            text, folder);
        return fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no image '%s'", text);
}

/* The full name in the store that TEXT stands for, or a digest. */
static bool resolve(const ImageStore *store, const char *text, char **ret_name, char **ret_digest,
                    GError **error) {
        g_autoptr(GPtrArray) images = image_list(store);
        g_autofree char *with_prefix = g_strconcat("sha256:", text, NULL);
        const char *digest = image_reference_is_digest(with_prefix) ? with_prefix : text;
        g_auto(GStrv) candidates = NULL;
        g_autoptr(ImageReference) reference = NULL;

        if (!image_reference_is_digest(digest)) {
                if (!image_reference_parse(text, &reference, error))
                        return false;
                candidates = image_reference_candidates(reference);
        }
        for (char **candidate = candidates; candidate && *candidate; candidate++)
                for (guint i = 0; i < images->len; i++) {
                        const ImageListed *image = images->pdata[i];
                        if (g_strcmp0(image->name, *candidate) != 0)
                                continue;
                        *ret_name = g_strdup(image->name);
                        *ret_digest = g_strdup(image->digest);
                        return true;
                }
        for (guint i = 0; i < images->len && !candidates; i++)
                if (g_str_equal(((ImageListed *) images->pdata[i])->digest, digest)) {
                        *ret_digest = g_strdup(digest);
                        return true;
                }
        return fail_not_here(store, text, error);
}

static bool has_other_name(const ImageStore *store, const char *digest, const char *name) {
        g_autoptr(GPtrArray) images = image_list(store);

        for (guint i = 0; i < images->len; i++) {
                const ImageListed *image = images->pdata[i];
                if (image->name && g_str_equal(image->digest, digest) && !g_str_equal(image->name, name))
                        return true;
        }
        return false;
}

static bool remove_names(const ImageStore *store, const char *digest, GError **error) {
        g_autoptr(GPtrArray) images = image_list(store);

        for (guint i = 0; i < images->len; i++) {
                const ImageListed *image = images->pdata[i];
                if (!image->name || !g_str_equal(image->digest, digest))
                        continue;
                g_autofree char *path = image_store_name_path(image->name);
                if (!remove_path(store, path, error))
                        return false;
        }
        return true;
}

bool image_remove(const ImageStore *store, const char *text, ImageRemoved *ret_removed, GError **error) {
        g_autofree char *name = NULL, *digest = NULL;

        if (!resolve(store, text, &name, &digest, error))
                return false;
        if (name && has_other_name(store, digest, name)) {
                g_autofree char *path = image_store_name_path(name);
                *ret_removed = IMAGE_REMOVED_NAME;
                return remove_path(store, path, error);
        }

        g_autofree char *record = image_store_record_path(digest);
        *ret_removed = IMAGE_REMOVED_IMAGE;
        /* Names first: a link to nothing would be an image that cannot be found and cannot be removed. */
        return check_unused(store, digest, text, error) && remove_names(store, digest, error) &&
               remove_path(store, record, error);
}

bool image_remove_unnamed(const ImageStore *store, guint *ret_count, GError **error) {
        g_autoptr(GPtrArray) images = image_list(store);
        guint count = 0;

        for (guint i = 0; i < images->len; i++) {
                const ImageListed *image = images->pdata[i];
                if (image->name || !check_unused(store, image->digest, image->digest, NULL))
                        continue;
                g_autofree char *record = image_store_record_path(image->digest);
                if (!remove_path(store, record, error))
                        return false;
                count++;
        }
        *ret_count = count;
        return true;
}

/* What the records need: paths of blobs, names of layers. */
static bool mark(const ImageStore *store, GHashTable *needed, GError **error) {
        g_autoptr(GPtrArray) records = folder_list(store->fd, "records");

        for (guint i = 0; i < records->len; i++) {
                g_autofree char *path = g_strconcat("records/", records->pdata[i], NULL);
                g_autoptr(ImageRecord) record = NULL;

                /* A record that cannot be read (a newer Wolffia's) may need anything, so nothing is removed. */
                if (!image_record_load(store->fd, path, &record, error))
                        return fail_prefix(error, "Nothing more is removed");
                g_hash_table_add(needed, image_store_blob_path(record->digest));
                if (*record->manifest)
                        g_hash_table_add(needed, image_store_blob_path(record->manifest));
                for (guint j = 0; record->layers[j] && record->blobs[j]; j++) {
                        g_hash_table_add(needed, image_store_blob_path(record->blobs[j]));
                        g_hash_table_add(needed, image_store_layer_name(record->layers[j]));
                }
        }
        return true;
}

typedef struct Move {
        const ImageStore *store;
        const ImageTrash *aside;
        GPtrArray *layers; /* "layers/KEY/NAME" */
} Move;

static bool move_layer(const Move *move, guint index) {
        g_autofree char *target = g_strdup_printf("%s/%u", move->aside->path, index);

        return renameat(move->store->fd, move->layers->pdata[index], move->store->fd, target) == 0 ||
               errno == ENOENT;
}

static bool move_mapped(void *data, GError **error) {
        const Move *move = data;

        for (guint i = 0; i < move->layers->len; i++)
                if (!move_layer(move, i))
                        return fail_errno(error, errno, "Cannot remove %s/%s", move->store->path,
                                          (const char *) move->layers->pdata[i]);
        return true;
}

/* A folder that belongs to a subordinate id can be moved by root of a namespace that maps it only. */
static bool move_layers(const Move *move, GError **error) {
        g_autoptr(IdMap) map = NULL;
        bool moved = true;

        for (guint i = 0; i < move->layers->len; i++)
                moved = move_layer(move, i) && moved;
        if (moved)
                return true;
        return id_map_load_default(&map, error) &&
               user_namespace_run(map, move_mapped, (void *) move, error);
}

static bool is_older(const ImageStore *store, const char *path, gint64 age_seconds) {
        struct stat status;

        /* A folder's change is the rename that brought it here; its modification may be the image's. */
        return fstatat(store->fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               g_get_real_time() / G_USEC_PER_SEC - status.st_ctime >= age_seconds;
}

static GPtrArray *find_layers(const ImageStore *store, GHashTable *needed, gint64 age_seconds) {
        g_autoptr(GPtrArray) keys = folder_list(store->fd, "layers");
        GPtrArray *found = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0; i < keys->len; i++) {
                g_autofree char *folder = g_strconcat("layers/", keys->pdata[i], NULL);
                g_autoptr(GPtrArray) layers = folder_list(store->fd, folder);
                for (guint j = 0; j < layers->len; j++) {
                        g_autofree char *path = g_strconcat(folder, "/", layers->pdata[j], NULL);
                        if (!g_hash_table_contains(needed, layers->pdata[j]) &&
                            is_older(store, path, age_seconds))
                                g_ptr_array_add(found, g_steal_pointer(&path));
                }
        }
        return found;
}

static bool remove_blobs(const ImageStore *store, GHashTable *needed, gint64 age_seconds, GError **error) {
        g_autoptr(GPtrArray) blobs = folder_list(store->fd, "blobs/sha256");

        for (guint i = 0; i < blobs->len; i++) {
                g_autofree char *path = g_strconcat("blobs/sha256/", blobs->pdata[i], NULL);
                if (!g_hash_table_contains(needed, path) && is_older(store, path, age_seconds) &&
                    !remove_path(store, path, error))
                        return false;
        }
        return true;
}

bool image_remove_unneeded(const ImageStore *store, gint64 age_seconds, GError **error) {
        g_autoptr(GHashTable) needed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(ImageTrash) aside = NULL;

        if (!mark(store, needed, error) || !image_trash_open(store, &aside, error))
                return false;

        g_autoptr(GPtrArray) layers = find_layers(store, needed, age_seconds);
        Move move = {store, aside, layers};
        bool done = move_layers(&move, error) && remove_blobs(store, needed, age_seconds, error);
        g_clear_pointer(&aside, image_trash_free);
        return done && image_trash_empty(store, error);
}

void image_remove_leftovers(const ImageStore *store) {
        autofd int lock_fd = -1;

        /* Housekeeping: whoever comes next tries again. */
        bool locked =
                image_store_lock(store, IMAGE_STORE_USE_EXCLUSIVE, false, &lock_fd, NULL) && lock_fd >= 0;
        if (!locked || !image_remove_unneeded(store, 24 * 60 * 60, NULL))
                (void) image_trash_empty(store, NULL);
}
