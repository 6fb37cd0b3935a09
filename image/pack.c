/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three libarchive objects in a row: a reader of the disk, a writer of tar, a compressor. Between the last two pass the
 * bytes that the diff id is the digest of. */

#include "image/pack.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/user-namespace.h"
#include "image/blob.h"
#include "image/digest.h"
#include "image/stream.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* What a child found out, in memory shared with its parent. */
typedef struct PackResult {
        char blob[80];
        char diff_id[80];
        guint64 sockets;
} PackResult;

typedef struct Pack {
        const ImageTrash *aside;
        const char *folder;
        ImageProgress *progress;
        PackResult *result;

        ImageBlob *blob;
        ImageDigest *digest; /* of the plain bytes */
        struct archive *disk, *tar, *compressor;
        struct archive_entry_linkresolver *links;
        guint64 bytes;
        GError *failure; /* of our callbacks */
} Pack;

static la_ssize_t write_blob(struct archive *archive, void *data, const void *bytes, size_t size) {
        Pack *pack = data;

        if (image_blob_write(pack->blob, bytes, size, pack->failure ? NULL : &pack->failure))
                return (la_ssize_t) size;
        archive_set_error(archive, EIO, "Cannot write the layer");
        return -1;
}

static la_ssize_t write_plain(struct archive *archive, void *data, const void *bytes, size_t size) {
        Pack *pack = data;

        image_digest_update(pack->digest, bytes, size);
        if (archive_write_data(pack->compressor, bytes, size) >= 0)
                return (la_ssize_t) size;
        archive_set_error(archive, EIO, "%s", archive_error_string(pack->compressor));
        return -1;
}

static bool fail_pack(Pack *pack, struct archive *archive, const char *what, GError **error) {
        if (!pack->failure)
                return image_stream_fail(archive, what, error);
        g_propagate_error(error, g_steal_pointer(&pack->failure));
        return false;
}

static bool open_compressor(Pack *pack, GError **error) {
        pack->compressor = archive_write_new();
        archive_write_set_format_raw(pack->compressor);
        /* Fast levels of zstd save more time on the disk than they cost. Where libarchive lacks it, plain will do:
         * a program in between (ARCHIVE_WARN) would have to be installed. */
        if (archive_write_add_filter_zstd(pack->compressor) == ARCHIVE_OK)
                (void) archive_write_set_filter_option(pack->compressor, "zstd", "compression-level", "1");
        else
                (void) archive_write_add_filter_none(pack->compressor);
        archive_write_set_bytes_in_last_block(pack->compressor, 1);
        if (archive_write_open(pack->compressor, pack, NULL, write_blob, NULL) != ARCHIVE_OK)
                return fail_pack(pack, pack->compressor, "Cannot compress", error);

        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_pathname(entry, "layer");
        int result = archive_write_header(pack->compressor, entry);
        archive_entry_free(entry);
        return result == ARCHIVE_OK || fail_pack(pack, pack->compressor, "Cannot compress", error);
}

static bool open_all(Pack *pack, GError **error) {
        if (!image_blob_create(pack->aside, &pack->blob, error) || !open_compressor(pack, error))
                return false;
        pack->digest = image_digest_new();

        pack->tar = archive_write_new();
        archive_write_set_format_pax_restricted(pack->tar);
        archive_write_set_bytes_per_block(pack->tar, 256 << 10);
        archive_write_set_bytes_in_last_block(pack->tar, 1);
        if (archive_write_open(pack->tar, pack, NULL, write_plain, NULL) != ARCHIVE_OK)
                return fail_pack(pack, pack->tar, "Cannot write a tar archive", error);

        pack->links = archive_entry_linkresolver_new();
        archive_entry_linkresolver_set_strategy(pack->links, archive_format(pack->tar));

        pack->disk = archive_read_disk_new();
        archive_read_disk_set_symlink_physical(pack->disk);
        archive_read_disk_set_behavior(pack->disk, ARCHIVE_READDISK_NO_TRAVERSE_MOUNTS |
                                                           ARCHIVE_READDISK_NO_ACL |
                                                           ARCHIVE_READDISK_NO_FFLAGS);
        if (archive_read_disk_open(pack->disk, pack->folder) != ARCHIVE_OK)
                return fail_pack(pack, pack->disk, "Cannot read the folder", error);
        return true;
}

static void close_all(Pack *pack) {
        if (pack->disk)
                archive_read_free(pack->disk);
        if (pack->tar)
                archive_write_free(pack->tar);
        if (pack->compressor)
                archive_write_free(pack->compressor);
        if (pack->links)
                archive_entry_linkresolver_free(pack->links);
        image_digest_free(pack->digest);
        image_blob_free(pack->blob);
        g_clear_error(&pack->failure);
}

static bool fail_unreadable(Pack *pack, const char *path, GError **error) {
        int number = archive_errno(pack->disk);

        if (number == EACCES || number == EPERM)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' is not readable for you; let root pack the folder: sudo tar -C %s -c . | wolffia import NAME -",
                        path, pack->folder);
        return image_stream_fail(pack->disk, path, error);
}

/* archive_read_disk counts a file's holes as such, tar does as well. */
static bool copy_contents(Pack *pack, const char *path, GError **error) {
        const void *bytes;
        size_t size;
        la_int64_t offset, written = 0;
        static const char zeros[64 << 10];
        int result;

        while ((result = archive_read_data_block(pack->disk, &bytes, &size, &offset)) == ARCHIVE_OK) {
                while (written < offset) {
                        size_t hole = (size_t) MIN(offset - written, (la_int64_t) sizeof zeros);
                        if (archive_write_data(pack->tar, zeros, hole) < 0)
                                return fail_pack(pack, pack->tar, path, error);
                        written += (la_int64_t) hole;
                }
                if (archive_write_data(pack->tar, bytes, size) < 0)
                        return fail_pack(pack, pack->tar, path, error);
                written += (la_int64_t) size;
                pack->bytes += size;
                image_progress_show(pack->progress, "Packing the folder", pack->bytes, 0);
        }
        return result == ARCHIVE_EOF || fail_unreadable(pack, path, error);
}

static bool write_entry(Pack *pack, struct archive_entry *entry, GError **error) {
        const char *path = archive_entry_pathname(entry);

        /* The tar writer pads what is missing with zeros, so holes need no map of their own. */
        archive_entry_sparse_clear(entry);
        if (archive_write_header(pack->tar, entry) < ARCHIVE_WARN)
                return fail_pack(pack, pack->tar, path, error);
        return archive_entry_size(entry) == 0 || copy_contents(pack, path, error);
}

/* "/srv/root/etc/passwd" → "./etc/passwd". Names of users would be the host's. */
static void make_relative(Pack *pack, struct archive_entry *entry) {
        const char *path = archive_entry_pathname(entry) + strlen(pack->folder);
        g_autofree char *relative = g_strconcat(".", *path && *path != '/' ? "/" : "", path, NULL);

        archive_entry_set_pathname(entry, relative);
        archive_entry_set_uname(entry, NULL);
        archive_entry_set_gname(entry, NULL);
        archive_entry_unset_atime(entry);
        archive_entry_unset_ctime(entry);
        archive_entry_unset_birthtime(entry);
}

static bool pack_entry(Pack *pack, struct archive_entry *entry, GError **error) {
        struct archive_entry *spare = NULL;

        if (archive_entry_filetype(entry) == AE_IFSOCK) {
                pack->result->sockets++;
                return true;
        }
        make_relative(pack, entry);
        archive_entry_linkify(pack->links, &entry, &spare);
        return !entry || write_entry(pack, entry, error);
}

static bool pack_entries(Pack *pack, GError **error) {
        for (;;) {
                struct archive_entry *entry = archive_entry_new();
                int result = archive_read_next_header2(pack->disk, entry);
                bool done = false;

                if (result == ARCHIVE_EOF) {
                        archive_entry_free(entry);
                        return true;
                }
                const char *path = archive_entry_pathname(entry);
                g_autofree char *shown = g_strdup(path ? path : pack->folder);
                /* What cannot be opened is only warned of, and the layer would lack it. */
                if (result != ARCHIVE_OK)
                        (void) fail_unreadable(pack, shown, error);
                else
                        done = pack_entry(pack, entry, error);
                archive_entry_free(entry);
                if (!done)
                        return false;
                (void) archive_read_disk_descend(pack->disk);
        }
}

static bool finish(Pack *pack, GError **error) {
        g_autofree char *blob = NULL, *diff_id = NULL;

        if (archive_write_close(pack->tar) != ARCHIVE_OK)
                return fail_pack(pack, pack->tar, "Cannot end the tar archive", error);
        if (archive_write_close(pack->compressor) != ARCHIVE_OK)
                return fail_pack(pack, pack->compressor, "Cannot end the compressed layer", error);
        if (!image_blob_commit(pack->blob, NULL, &blob, error))
                return false;

        diff_id = image_digest_finish(pack->digest);
        g_strlcpy(pack->result->blob, blob, sizeof pack->result->blob);
        g_strlcpy(pack->result->diff_id, diff_id, sizeof pack->result->diff_id);
        return true;
}

static bool pack_work(void *data, GError **error) {
        Pack *pack = data;

        (void) setlocale(LC_CTYPE, "C.UTF-8");
        bool done = open_all(pack, error) && pack_entries(pack, error) && finish(pack, error);
        close_all(pack);
        return done;
}

/* Inside a user namespace where the folder is the user's own, so that the files of subordinate ids can be read and
 * have the owners that a container sees. */
static bool run(Pack *pack, GError **error) {
        g_autoptr(IdMap) map = NULL;
        struct stat status;

        if (stat(pack->folder, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", pack->folder);
        if (geteuid() == 0)
                return pack_work(pack, error);
        if (!id_map_load_default(&map, error))
                return false;
        if (id_map_inside(map->users, status.st_uid) == G_MAXUINT32)
                return pack_work(pack, error);
        return user_namespace_run(map, pack_work, pack, error);
}

bool image_pack_folder(const ImageTrash *aside, const char *path, ImageProgress *progress,
                       GPtrArray *warnings, char **ret_blob, char **ret_diff_id, GError **error) {
        Pack pack = {.aside = aside, .folder = path, .progress = progress};

        pack.result =
                mmap(NULL, sizeof *pack.result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (pack.result == MAP_FAILED)
                return fail_errno(error, errno, "Cannot share memory with a child");
        bool done = run(&pack, error);
        image_progress_clear(progress);
        if (done) {
                *ret_blob = g_strdup(pack.result->blob);
                *ret_diff_id = g_strdup(pack.result->diff_id);
        }
        if (done && pack.result->sockets > 0)
                g_ptr_array_add(warnings,
                                g_strdup_printf("%" G_GUINT64_FORMAT " sockets in the folder were left out",
                                                pack.result->sockets));
        munmap(pack.result, sizeof *pack.result);
        return done;
}

static bool write_copy(void *data, const void *bytes, size_t size, GError **error) {
        return image_blob_write(data, bytes, size, error);
}

bool image_pack_tar(const ImageTrash *aside, int fd, ImageProgress *progress, char **ret_blob,
                    char **ret_diff_id, GError **error) {
        g_autoptr(ImageBlob) blob = NULL;
        g_autoptr(ImageStream) stream = NULL;
        g_autofree char *diff_id = NULL;
        struct archive *tar;

        if (!image_blob_create(aside, &blob, error) || !image_stream_open(fd, &stream, error))
                return false;
        image_stream_set_tee(stream, write_copy, blob);
        image_stream_set_progress(stream, progress, "Copying the archive", 0, image_stream_size(fd));
        if (!image_stream_open_tar(stream, &tar, error))
                return false;
        archive_read_free(tar);

        bool done = image_stream_finish(stream, &diff_id, error) &&
                    image_blob_commit(blob, NULL, ret_blob, error);
        image_progress_clear(progress);
        if (done)
                *ret_diff_id = g_steal_pointer(&diff_id);
        return done;
}
