/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Blobs: written aside, then renamed to their digest. */

#include "image/blob.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "image/digest.h"
#include "image/document.h"
#include "image/stream.h"

#include <fcntl.h>
#include <stdio.h>

enum { COPY_SIZE = 256 << 10 };

struct ImageBlob {
        const ImageStore *store;
        char *path; /* where it is written, below the store */
        int fd;
        ImageDigest *digest;
};

void image_blob_free(ImageBlob *blob) {
        if (!blob)
                return;
        if (blob->fd >= 0)
                (void) unlinkat(blob->store->fd, blob->path, 0);
        cleanup_fd(&blob->fd);
        image_digest_free(blob->digest);
        g_free(blob->path);
        g_free(blob);
}

bool image_blob_create(const ImageTrash *aside, ImageBlob **ret_blob, GError **error) {
        g_autofree char *path = g_strdup_printf("%s/blob-%08x", aside->path, g_random_int());

        int fd = openat(aside->store->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot create %s/%s", aside->store->path, path);

        ImageBlob *blob = g_new0(ImageBlob, 1);
        *blob = (ImageBlob){aside->store, g_steal_pointer(&path), fd, image_digest_new()};
        *ret_blob = blob;
        return true;
}

bool image_blob_write(ImageBlob *blob, const void *bytes, size_t size, GError **error) {
        image_digest_update(blob->digest, bytes, size);
        return file_write_all(blob->fd, bytes, size, error) ||
               fail_prefix(error, "%s/%s", blob->store->path, blob->path);
}

static bool sync_folder(const ImageStore *store, GError **error) {
        autofd int fd = openat(store->fd, "blobs/sha256", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0 || fsync(fd) < 0)
                return fail_errno(error, errno, "Cannot write %s/blobs/sha256 to disk", store->path);
        return true;
}

static bool rename_synced(const ImageStore *store, int fd, const char *path, const char *digest,
                          GError **error) {
        g_autofree char *target = image_store_blob_path(digest);

        if (fsync(fd) < 0)
                return fail_errno(error, errno, "Cannot write %s/%s to disk", store->path, path);
        if (renameat(store->fd, path, store->fd, target) < 0)
                return fail_errno(error, errno, "Cannot move a blob to %s/%s", store->path, target);
        return sync_folder(store, error);
}

bool image_blob_commit(ImageBlob *blob, const char *expected, char **ret_digest, GError **error) {
        g_autofree char *digest = image_digest_finish(blob->digest);

        if (expected && !g_str_equal(digest, expected))
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "The contents of %s are not what its name says: they are %s", expected, digest);
        if (!rename_synced(blob->store, blob->fd, blob->path, digest, error))
                return false;
        cleanup_fd(&blob->fd);
        if (ret_digest)
                *ret_digest = g_steal_pointer(&digest);
        return true;
}

bool image_blob_set_aside(ImageBlob *blob, char **ret_path, char **ret_digest, GError **error) {
        int fd = steal_fd(&blob->fd);

        if (close(fd) < 0)
                return fail_errno(error, errno, "Cannot write %s/%s", blob->store->path, blob->path);
        *ret_path = g_strdup(blob->path);
        *ret_digest = image_digest_finish(blob->digest);
        return true;
}

bool image_blob_adopt(const ImageStore *store, const char *path, const char *digest, GError **error) {
        autofd int fd = openat(store->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s/%s", store->path, path);
        return rename_synced(store, fd, path, digest, error);
}

bool image_blob_exists(const ImageStore *store, const char *digest) {
        g_autofree char *path = image_store_blob_path(digest);

        return faccessat(store->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool copy(ImageBlob *blob, int fd, ImageProgress *progress, GError **error) {
        g_autofree char *buffer = g_malloc(COPY_SIZE);
        guint64 done = 0, total = image_stream_size(fd);

        for (;;) {
                ssize_t n = read(fd, buffer, COPY_SIZE);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(error, errno, "Cannot read");
                if (n == 0)
                        return true;
                if (!image_blob_write(blob, buffer, (size_t) n, error))
                        return false;
                done += (guint64) n;
                image_progress_show(progress, "Copying", done, total);
        }
}

bool image_blob_copy(const ImageTrash *aside, int fd, const char *expected, ImageProgress *progress,
                     char **ret_digest, GError **error) {
        g_autoptr(ImageBlob) blob = NULL;

        if (expected && image_blob_exists(aside->store, expected)) {
                if (ret_digest)
                        *ret_digest = g_strdup(expected);
                return true;
        }
        return image_blob_create(aside, &blob, error) && copy(blob, fd, progress, error) &&
               image_blob_commit(blob, expected, ret_digest, error);
}

bool image_blob_store(const ImageTrash *aside, const void *bytes, size_t size, char **ret_digest,
                      GError **error) {
        g_autoptr(ImageBlob) blob = NULL;

        return image_blob_create(aside, &blob, error) && image_blob_write(blob, bytes, size, error) &&
               image_blob_commit(blob, NULL, ret_digest, error);
}

bool image_blob_load(const ImageStore *store, const char *digest, char **ret_text, size_t *ret_size,
                     GError **error) {
        g_autofree char *path = image_store_blob_path(digest);
        g_autofree char *text = NULL;
        size_t size;

        if (!file_read(store->fd, path, IMAGE_DOCUMENT_SIZE_MAX, &text, &size, error))
                return fail_prefix(error, "%s", store->path);

        g_autofree char *found = image_digest_of(text, size);
        if (!g_str_equal(found, digest)) {
                (void) unlinkat(store->fd, path, 0);
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "The stored copy of %s is damaged; it has been removed, import or pull the "
                            "image again",
                            digest);
        }
        *ret_text = g_steal_pointer(&text);
        *ret_size = size;
        return true;
}

bool image_blob_verify(const ImageStore *store, const char *digest, GError **error) {
        g_autofree char *path = image_store_blob_path(digest), *buffer = g_malloc(COPY_SIZE);
        g_autoptr(ImageDigest) sum = image_digest_new();
        ssize_t n;

        autofd int fd = openat(store->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s/%s", store->path, path);
        while ((n = read(fd, buffer, COPY_SIZE)) > 0 || (n < 0 && errno == EINTR))
                if (n > 0)
                        image_digest_update(sum, buffer, (size_t) n);
        if (n < 0)
                return fail_errno(error, errno, "Cannot read %s/%s", store->path, path);

        g_autofree char *found = image_digest_finish(sum);
        if (g_str_equal(found, digest))
                return true;
        (void) unlinkat(store->fd, path, 0);
        return fail(error, WOLFFIA_ERROR_SYNTAX, "The stored copy of %s is damaged; it has been removed",
                    digest);
}
