/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two libarchive readers, one on top of the other: the lower takes compression off and knows nothing of tar ("raw"),
 * the upper knows tar only. Between them pass the bytes that a diff id is the digest of. */

#include "image/stream.h"

#include "base/error.h"
#include "image/digest.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 256 << 10 };

struct ImageStream {
        int fd;
        struct archive *raw;
        ImageDigest *digest;
        bool is_empty;   /* a file of no bytes, which no reader takes */
        GError *failure; /* of our callbacks, which can only tell libarchive a number */

        ImageStreamWrite tee;
        void *tee_data;

        ImageProgress *progress;
        const char *task;
        guint64 done_bytes;
        guint64 total_bytes;

        char buffer[READ_SIZE];
};

bool image_stream_fail(struct archive *archive, const char *what, GError **error) {
        const char *text = archive_error_string(archive);
        int number = archive_errno(archive);

        /* Positive numbers are errno values, of the kernel's refusals too (no space left…). */
        if (number == ENOSPC || number == EDQUOT || number == EIO)
                return fail_errno(error, number, "%s", what);
        return fail(error, WOLFFIA_ERROR_SYNTAX, "%s: %s", what, text ? text : "the archive is damaged");
}

static la_ssize_t read_file(struct archive *archive, void *data, const void **ret_bytes) {
        ImageStream *stream = data;
        ssize_t n;

        do
                n = read(stream->fd, stream->buffer, sizeof stream->buffer);
        while (n < 0 && errno == EINTR);

        if (n < 0) {
                archive_set_error(archive, errno, "Cannot read");
                return ARCHIVE_FATAL;
        }
        if (n > 0 && stream->tee && !stream->failure &&
            !stream->tee(stream->tee_data, stream->buffer, (size_t) n, &stream->failure)) {
                archive_set_error(archive, EIO, "Cannot copy");
                return ARCHIVE_FATAL;
        }
        stream->done_bytes += (guint64) n;
        if (stream->progress)
                image_progress_show(stream->progress, stream->task, stream->done_bytes, stream->total_bytes);
        *ret_bytes = stream->buffer;
        return n;
}

/* archive_read_support_filter_all() would also start programs (lrzip, lzop, grzip) on what a stranger sent, and so do
 * some of these where libarchive was built without the library. */
static void support_filters(struct archive *archive) {
        static int (*const filters[])(struct archive *) = {
                archive_read_support_filter_gzip, archive_read_support_filter_zstd,
                archive_read_support_filter_xz,   archive_read_support_filter_bzip2,
                archive_read_support_filter_lzma, archive_read_support_filter_compress,
        };

        for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
                (void) filters[i](archive);
}

static bool check_filters(ImageStream *stream, GError **error) {
        for (int i = 0; i < archive_filter_count(stream->raw); i++)
                if (archive_filter_code(stream->raw, i) == ARCHIVE_FILTER_PROGRAM)
                        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                                    "libarchive cannot read this compression itself");
        return true;
}

/* What a callback of ours ran into says more than libarchive's text about it. */
static bool fail_raw(ImageStream *stream, GError **error) {
        if (stream->failure) {
                g_propagate_error(error, g_steal_pointer(&stream->failure));
                return false;
        }
        return image_stream_fail(stream->raw, "Cannot decompress", error);
}

bool image_stream_open(int fd, ImageStream **ret_stream, GError **error) {
        ImageStream *stream = g_new(ImageStream, 1);

        /* The buffer needs no clearing. */
        memset(stream, 0, offsetof(ImageStream, buffer));
        stream->fd = fd;
        stream->digest = image_digest_new();
        stream->raw = archive_read_new();
        archive_read_support_format_raw(stream->raw);
        support_filters(stream->raw);
        *ret_stream = stream;
        return true;
}

void image_stream_free(ImageStream *stream) {
        if (!stream)
                return;
        archive_read_free(stream->raw);
        image_digest_free(stream->digest);
        g_clear_error(&stream->failure);
        g_free(stream);
}

void image_stream_set_progress(ImageStream *stream, ImageProgress *progress, const char *task,
                               guint64 done_bytes, guint64 total_bytes) {
        stream->progress = progress;
        stream->task = task;
        stream->done_bytes = done_bytes;
        stream->total_bytes = total_bytes;
}

void image_stream_set_tee(ImageStream *stream, ImageStreamWrite write, void *data) {
        stream->tee = write;
        stream->tee_data = data;
}

/* One block of plain bytes; 0 at the end. */
static la_ssize_t read_plain(struct archive *tar, void *data, const void **ret_bytes) {
        ImageStream *stream = data;
        size_t size = 0;
        la_int64_t offset;

        if (stream->is_empty)
                return 0;

        int result = archive_read_data_block(stream->raw, ret_bytes, &size, &offset);
        if (result == ARCHIVE_EOF)
                return 0;
        if (result < ARCHIVE_WARN) {
                if (tar)
                        archive_set_error(tar, archive_errno(stream->raw), "%s",
                                          archive_error_string(stream->raw));
                return ARCHIVE_FATAL;
        }
        image_digest_update(stream->digest, *ret_bytes, size);
        return (la_ssize_t) size;
}

static bool start(ImageStream *stream, GError **error) {
        struct archive_entry *entry;

        if (archive_read_open(stream->raw, stream, NULL, read_file, NULL) != ARCHIVE_OK)
                return fail_raw(stream, error);

        int result = archive_read_next_header(stream->raw, &entry);
        stream->is_empty = result == ARCHIVE_EOF;
        if (result < ARCHIVE_WARN)
                return fail_raw(stream, error);
        return check_filters(stream, error);
}

bool image_stream_open_tar(ImageStream *stream, struct archive **ret_tar, GError **error) {
        if (!start(stream, error))
                return false;

        struct archive *tar = archive_read_new();
        archive_read_support_format_tar(tar);
        archive_read_support_format_empty(tar);
        if (archive_read_open(tar, stream, NULL, read_plain, NULL) != ARCHIVE_OK) {
                (void) image_stream_fail(tar, "Cannot read a tar archive", error);
                archive_read_free(tar);
                return false;
        }
        *ret_tar = tar;
        return true;
}

bool image_stream_finish(ImageStream *stream, char **ret_diff_id, GError **error) {
        const void *bytes;
        la_ssize_t n;

        while ((n = read_plain(NULL, stream, &bytes)) > 0)
                ;
        if (n < 0)
                return fail_raw(stream, error);
        /* What follows the compressed part is no part of the layer, but of the file. */
        while ((n = read_file(stream->raw, stream, &bytes)) > 0)
                ;
        if (n < 0)
                return fail_raw(stream, error);
        *ret_diff_id = image_digest_finish(stream->digest);
        return true;
}

guint64 image_stream_size(int fd) {
        struct stat status;

        return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? (guint64) status.st_size : 0;
}
