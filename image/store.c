/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where things are in the store, and how they get there whole. Opening and finding are on every container's start
 * path: a handful of system calls, and nothing is made that is there already. */

#include "image/store.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file-server.h"
#include "base/file.h"
#include "base/folder.h"
#include "image/reference.h"
#include "image/trash.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define DIGEST_PREFIX "sha256:"

enum { LAYER_NAME_LENGTH = 32, FOLDER_MODE = 0700 };

void image_store_free(ImageStore *store) {
        if (!store)
                return;
        cleanup_fd(&store->fd);
        g_free(store->path);
        g_strfreev(store->more);
        g_free(store);
}

/* trash/ comes last: a store that has it has the others too. */
static bool make_folders(const char *path, GError **error) {
        static const char *const folders[] = {"blobs",  "blobs/sha256", "images", "records",
                                              "layers", "containers",   "trash"};

        if (!file_make_folders(AT_FDCWD, path, FOLDER_MODE, error))
                return false;
        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
                g_autofree char *folder = g_build_filename(path, folders[i], NULL);
                if (mkdir(folder, FOLDER_MODE) < 0 && errno != EEXIST)
                        return fail_errno(error, errno, "Cannot make the folder %s", folder);
        }
        return true;
}

/* sudo keeps $HOME on some systems; root would leave files that their owner can never replace. */
static bool check_owner(const ImageStore *store, GError **error) {
        struct stat status;

        if (fstat(store->fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", store->path);
        if (status.st_uid != geteuid())
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "The image store %s belongs to user %u, not to you (user %u); is $HOME, $XDG_DATA_HOME or the "
                        "Folder= of wolffia.conf somebody else's?",
                        store->path, status.st_uid, geteuid());
        return true;
}

static bool open_at(const char *path, ImageStore **ret_store, GError **error) {
        g_autoptr(ImageStore) store = g_new0(ImageStore, 1);

        store->path = g_strdup(path);
        store->more = g_new0(char *, 1);
        store->fd = open(store->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (store->fd < 0 && errno == ENOENT) {
                if (!make_folders(store->path, error))
                        return fail_prefix(error, "The image store");
                store->fd = open(store->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        }
        if (store->fd < 0)
                return fail_errno(error, errno, "Cannot open the image store %s", store->path);
        if (!check_owner(store, error))
                return false;
        /* Whoever made it may have been cut short. */
        if (faccessat(store->fd, "trash", F_OK, 0) < 0 && !make_folders(store->path, error))
                return fail_prefix(error, "The image store");
        *ret_store = g_steal_pointer(&store);
        return true;
}

bool image_store_open(ImageStore **ret_store, GError **error) {
        g_autoptr(Settings) settings =
                settings_load(NULL); /* main functions have told what is wrong in it */

        return image_store_open_with(settings, ret_store, error);
}

bool image_store_open_with(const Settings *settings, ImageStore **ret_store, GError **error) {
        g_autofree char *path = settings_store_folder(settings);

        if (!open_at(path, ret_store, error))
                return false;
        g_strfreev((*ret_store)->more);
        (*ret_store)->more = settings_read_only_stores(settings);
        return true;
}

static bool is_own(const ImageStore *store, const char *own) {
        struct stat status, own_status;

        return stat(own, &own_status) == 0 && fstat(store->fd, &status) == 0 &&
               status.st_ino == own_status.st_ino && status.st_dev == own_status.st_dev;
}

/* Nothing is unpacked in a store for others. */
static bool is_unpacked(const ImageStore *store) {
        g_autoptr(GPtrArray) names = folder_list(store->fd, "layers");

        return names->len > 0;
}

bool image_store_open_for_others(const char *path, ImageStore **ret_store, GError **error) {
        g_autoptr(Settings) settings = settings_load(NULL);
        g_autofree char *own = settings_store_folder(settings);
        g_autofree char *wanted = g_canonicalize_filename(path, NULL);
        g_autoptr(ImageStore) store = NULL;
        bool is_private = g_str_equal(wanted, own);

        /* With its parents, which others have to pass. */
        if (!is_private &&
            (!file_make_folders(AT_FDCWD, path, 0755, error) || !open_at(path, &store, error)))
                return false;
        if (is_private || is_own(store, own) || is_unpacked(store))
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "--store=%s: containers run from this store, and all users could read its images; name another "
                        "folder (without --store= an image goes into your own store)",
                        path);
        *ret_store = g_steal_pointer(&store);
        return true;
}

char *image_store_blob_path(const char *digest) {
        return g_strconcat("blobs/sha256/", digest + strlen(DIGEST_PREFIX), NULL);
}

char *image_store_record_path(const char *digest) {
        return g_strconcat("records/", digest + strlen(DIGEST_PREFIX), NULL);
}

char *image_store_name_path(const char *name) {
        g_autofree char *component = image_reference_escape(name);

        return g_strconcat("images/", component, NULL);
}

/* A path that is not there is NULL, and true. */
static bool load_if_present(const ImageStore *store, const char *path, ImageRecord **ret_record,
                            GError **error) {
        g_autoptr(GError) failure = NULL;

        *ret_record = NULL;
        if (image_record_load(store->fd, path, ret_record, &failure))
                return true;
        if (g_error_matches(failure, ERRNO_ERROR, ENOENT))
                return true;
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

static bool find_here(const ImageStore *store, const char *name, ImageRecord **ret_record, GError **error) {
        g_autofree char *with_prefix = g_strconcat(DIGEST_PREFIX, name, NULL);
        const char *digest = image_reference_is_digest(with_prefix) ? with_prefix : name;

        if (image_reference_is_digest(digest)) {
                g_autofree char *path = image_store_record_path(digest);
                return load_if_present(store, path, ret_record, error);
        }

        g_autoptr(ImageReference) reference = NULL;
        if (!image_reference_parse(name, &reference, error))
                return false;

        g_auto(GStrv) candidates = image_reference_candidates(reference);
        ImageRecord *record = NULL;
        for (char **candidate = candidates; *candidate && !record; candidate++) {
                g_autofree char *path = image_store_name_path(*candidate);
                if (!load_if_present(store, path, &record, error))
                        return false;
        }
        *ret_record = record;
        return true;
}

char *image_store_note_server(const ImageStore *store) {
        const char *server = file_server_of(store->fd);

        return server ? g_strdup_printf(
                                "The image store %s lies on %s, whose server knows you but none of your subordinate ids, "
                                "so that it refuses the files of images; set Folder= in [Store] of wolffia.conf to one on "
                                "a local disk",
                                store->path, server)
                      : NULL;
}

bool image_store_find(const ImageStore *store, const char *name, ImageRecord **ret_record, GError **error) {
        return find_here(store, name, ret_record, error) &&
               (*ret_record || image_store_find_more(store, name, ret_record, NULL, error));
}

/* ---- stores of others ---- */

ImageStore *image_store_open_more(const char *path) {
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return NULL;
        ImageStore *store = g_new0(ImageStore, 1);
        *store = (ImageStore){.path = g_strdup(path), .fd = fd, .more = g_new0(char *, 1)};
        return store;
}

static bool is_kept(const ImageStore *store, const ImageRecord *record) {
        g_autofree char *path = image_store_record_path(record->digest);

        return faccessat(store->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool image_store_find_more(const ImageStore *store, const char *name, ImageRecord **ret_record,
                           const char **ret_folder, GError **error) {
        *ret_record = NULL;
        for (char **path = store->more; *path && !*ret_record; path++) {
                g_autoptr(ImageStore) other = image_store_open_more(*path);
                if (other && !find_here(other, name, ret_record, error))
                        return fail_prefix(error, "%s", other->path);
                if (ret_folder)
                        *ret_folder = *path;
        }
        if (*ret_record)
                (*ret_record)->needs_keeping = !is_kept(store, *ret_record);
        return true;
}

bool image_store_open_blob(const ImageStore *store, const char *digest, int *ret_fd, GError **error) {
        g_autofree char *path = image_store_blob_path(digest);
        int fd = openat(store->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        int errno_value = errno;

        for (char **more = store->more; fd < 0 && *more; more++) {
                g_autoptr(ImageStore) other = image_store_open_more(*more);
                if (other)
                        fd = openat(other->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        }
        if (fd < 0)
                return fail_errno(error, errno_value, "Cannot open %s/%s", store->path, path);
        *ret_fd = fd;
        return true;
}

bool image_store_publish(const ImageStore *store, GError **error) {
        static const char *const folders[] = {"blobs", "blobs/sha256", "images", "records"};

        if (chmod(store->path, 0755) < 0)
                return fail_errno(error, errno, "Cannot let others read %s", store->path);
        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
                g_autoptr(GPtrArray) names = folder_list(store->fd, folders[i]);
                if (fchmodat(store->fd, folders[i], 0755, 0) < 0)
                        return fail_errno(error, errno, "Cannot let others read %s/%s", store->path,
                                          folders[i]);
                for (guint j = 0; j < names->len; j++) {
                        g_autofree char *path = g_build_filename(folders[i], names->pdata[j], NULL);
                        struct stat status;
                        if (fstatat(store->fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                            S_ISREG(status.st_mode) && fchmodat(store->fd, path, 0644, 0) < 0)
                                return fail_errno(error, errno, "Cannot let others read %s/%s", store->path,
                                                  path);
                }
        }
        return true;
}

char *image_store_layer_name(const char *diff_id) {
        return g_strndup(diff_id + strlen(DIGEST_PREFIX), LAYER_NAME_LENGTH);
}

GPtrArray *image_store_missing_layers(const ImageStore *store, const ImageRecord *record,
                                      const char *map_key) {
        GPtrArray *missing = g_ptr_array_new_with_free_func(g_free);

        for (const char *const *layer = record->layers; *layer; layer++) {
                g_autofree char *name = image_store_layer_name(*layer);
                g_autofree char *path = g_strconcat("layers/", map_key, "/", name, NULL);
                if (faccessat(store->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                        g_ptr_array_add(missing, g_steal_pointer(&name));
        }
        return missing;
}

bool image_store_lock(const ImageStore *store, ImageStoreUse use, bool wait, int *ret_fd, GError **error) {
        int operation = (use == IMAGE_STORE_USE_SHARED ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB);

        autofd int fd = openat(store->fd, "blobs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s/blobs", store->path);
        while (flock(fd, operation) < 0) {
                if (errno == EINTR)
                        continue;
                if (errno == EWOULDBLOCK) {
                        *ret_fd = -1;
                        return true;
                }
                return fail_errno(error, errno, "Cannot lock the image store %s", store->path);
        }
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool sync_folder(const ImageStore *store, const char *folder, GError **error) {
        autofd int fd = openat(store->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0 || fsync(fd) < 0)
                return fail_errno(error, errno, "Cannot write %s/%s to disk", store->path, folder);
        return true;
}

static bool write_record(const ImageStore *store, const char *aside, const ImageRecord *fields,
                         GError **error) {
        g_autoptr(GBytes) bytes = image_record_print(fields);
        g_autofree char *record = g_strconcat(aside, "/record", NULL);
        g_autofree char *path = image_store_record_path(fields->digest);

        if (!file_write_atomic(store->fd, record, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
                               0600, error))
                return false;
        if (renameat(store->fd, record, store->fd, path) < 0)
                return fail_errno(error, errno, "Cannot move the image's record to %s/%s", store->path,
                                  path);
        return sync_folder(store, "records", error);
}

static bool write_name(const ImageStore *store, const char *aside, const char *name, const char *digest,
                       GError **error) {
        g_autofree char *link = g_strconcat(aside, "/name", NULL);
        g_autofree char *target = g_strconcat("../records/", digest + strlen(DIGEST_PREFIX), NULL);
        g_autofree char *path = image_store_name_path(name);

        if (symlinkat(target, store->fd, link) < 0 || renameat(store->fd, link, store->fd, path) < 0)
                return fail_errno(error, errno, "Cannot name the image in %s/%s", store->path, path);
        return sync_folder(store, "images", error);
}

bool image_store_keep(const ImageStore *store, const ImageRecord *record, GError **error) {
        g_autoptr(ImageTrash) aside = NULL;

        return is_kept(store, record) ||
               (image_trash_open(store, &aside, error) && write_record(store, aside->path, record, error));
}

bool image_store_add(const ImageStore *store, const char *name, const ImageRecord *fields, GError **error) {
        g_autoptr(ImageTrash) aside = NULL;

        return image_trash_open(store, &aside, error) && write_record(store, aside->path, fields, error) &&
               write_name(store, aside->path, name, fields->digest, error);
}
