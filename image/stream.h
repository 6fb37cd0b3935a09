/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file that may be compressed, read as a stream of plain bytes, whose digest is that of a layer's diff id. Which
 * compression it is, the file itself says. */

#include "image/progress.h"

#include <archive.h>
#include <glib.h>
#include <stdbool.h>

typedef struct ImageStream ImageStream;

/* Reads from FD's position on; FD stays the caller's and open. */
bool image_stream_open(int fd, ImageStream **ret_stream, GError **error);
void image_stream_free(ImageStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageStream, image_stream_free)

/* Lets the stream report how much of the file is read. TASK and PROGRESS stay the caller's; DONE_BYTES of TOTAL_BYTES
 * were there before. */
void image_stream_set_progress(ImageStream *stream, ImageProgress *progress, const char *task,
                               guint64 done_bytes, guint64 total_bytes);

/* Has each byte of the file, as it is, handed to WRITE too. */
typedef bool (*ImageStreamWrite)(void *data, const void *bytes, size_t size, GError **error);
void image_stream_set_tee(ImageStream *stream, ImageStreamWrite write, void *data);

/* Opens the plain bytes as a tar archive. The archive reads from the stream, which must outlive it; free it with
 * archive_read_free(). */
bool image_stream_open_tar(ImageStream *stream, struct archive **ret_tar, GError **error);

/* Reads what is left (a tar's end is padded, and padding belongs to the digest) and returns the digest of the plain
 * bytes. Caller frees. */
bool image_stream_finish(ImageStream *stream, char **ret_diff_id, GError **error);

/* How large the file is, 0 where that cannot be known. */
guint64 image_stream_size(int fd);

/* Turns a failure of libarchive into ours; returns false. */
bool image_stream_fail(struct archive *archive, const char *what, GError **error);
