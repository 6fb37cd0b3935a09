/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two kinds of members behind one face: files below a folder, and files that were set aside from an archive. */

#include "image/members.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "image/blob.h"
#include "image/document.h"
#include "image/stream.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <string.h>

/* 127 layers, each with three files in Docker's old format, and a few images in one archive. */
enum { MEMBERS_MAX = 10000, LINKS_MAX = 8 };

typedef struct Member {
        char *path; /* where its contents are, below the store; NULL once they are a blob, or for a link */
        char *digest;
        char *link; /* the name of the member that it stands for */
} Member;

struct ImageMembers {
        const ImageTrash *aside;
        int folder_fd;       /* -1: */
        GHashTable *members; /* name → Member */
};

static void free_member(void *data) {
        Member *member = data;

        g_free(member->path);
        g_free(member->digest);
        g_free(member->link);
        g_free(member);
}

ImageMembers *image_members_new(const ImageTrash *aside, int folder_fd) {
        ImageMembers *members = g_new0(ImageMembers, 1);

        members->aside = aside;
        members->folder_fd = folder_fd;
        members->members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_member);
        return members;
}

void image_members_free(ImageMembers *members) {
        if (!members)
                return;
        g_hash_table_unref(members->members);
        g_free(members);
}

const ImageStore *image_members_store(const ImageMembers *members) {
        return members->aside->store;
}

static bool set_aside(const ImageTrash *aside, struct archive *tar, Member *member, GError **error) {
        g_autoptr(ImageBlob) blob = NULL;

        if (!image_blob_create(aside, &blob, error))
                return false;
        for (;;) {
                char buffer[64 << 10];
                la_ssize_t n = archive_read_data(tar, buffer, sizeof buffer);
                if (n < 0)
                        return image_stream_fail(tar, "Cannot read the archive", error);
                if (n == 0)
                        return image_blob_set_aside(blob, &member->path, &member->digest, error);
                if (!image_blob_write(blob, buffer, (size_t) n, error))
                        return false;
        }
}

/* Docker's old format has layers that are links to the same layer of another image: "../OTHER/layer.tar". */
static char *resolve_link(const char *name, struct archive_entry *entry) {
        if (archive_entry_hardlink(entry))
                return path_normalise(archive_entry_hardlink(entry));
        if (!archive_entry_symlink(entry))
                return NULL;

        g_autofree char *folder = g_path_get_dirname(name);
        g_autofree char *joined = g_strdup_printf("%s/%s", folder, archive_entry_symlink(entry));
        return path_normalise(joined);
}

static bool add_member(ImageMembers *members, struct archive *tar, struct archive_entry *entry,
                       GError **error) {
        const char *raw = archive_entry_pathname(entry);
        bool is_file = archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry);
        bool is_link = archive_entry_filetype(entry) == AE_IFLNK || archive_entry_hardlink(entry);

        if (!raw || (!is_file && !is_link))
                return true;
        if (g_hash_table_size(members->members) >= MEMBERS_MAX)
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "The archive has more than %d members; it is no image", MEMBERS_MAX);

        char *name = path_normalise(raw);
        Member *member = g_new0(Member, 1);
        member->link = is_link ? resolve_link(name, entry) : NULL;
        bool done = is_link || set_aside(members->aside, tar, member, error);
        g_hash_table_replace(members->members, name, member);
        return done;
}

static bool load_all(ImageMembers *members, struct archive *tar, GError **error) {
        struct archive_entry *entry;
        int result;

        while ((result = archive_read_next_header(tar, &entry)) != ARCHIVE_EOF) {
                if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
                        return image_stream_fail(tar, "Cannot read the archive", error);
                if (!add_member(members, tar, entry, error))
                        return false;
        }
        return true;
}

bool image_members_load(const ImageTrash *aside, int fd, ImageProgress *progress, ImageMembers **ret_members,
                        GError **error) {
        g_autoptr(ImageMembers) members = image_members_new(aside, -1);
        g_autoptr(ImageStream) stream = NULL;
        struct archive *tar;

        if (!image_stream_open(fd, &stream, error))
                return false;
        image_stream_set_progress(stream, progress, "Reading the archive", 0, image_stream_size(fd));
        if (!image_stream_open_tar(stream, &tar, error))
                return false;

        bool loaded = load_all(members, tar, error);
        archive_read_free(tar);
        image_progress_clear(progress);
        if (!loaded)
                return false;
        *ret_members = g_steal_pointer(&members);
        return true;
}

static Member *find(ImageMembers *members, const char *name) {
        Member *member = g_hash_table_lookup(members->members, name);

        for (int links = 0; member && member->link; links++)
                member = links < LINKS_MAX ? g_hash_table_lookup(members->members, member->link) : NULL;
        return member;
}

static bool fail_missing(const char *name, GError **error) {
        return fail(error, WOLFFIA_ERROR_NOT_FOUND, "The image is incomplete: '%s' is missing", name);
}

bool image_members_read(ImageMembers *members, const char *name, char **ret_text, size_t *ret_size,
                        GError **error) {
        if (members->folder_fd >= 0)
                return file_read(members->folder_fd, name, IMAGE_DOCUMENT_SIZE_MAX, ret_text, ret_size,
                                 error);

        Member *member = find(members, name);
        if (!member)
                return fail_missing(name, error);
        if (!member->path)
                return image_blob_load(members->aside->store, member->digest, ret_text, ret_size, error);
        return file_read(members->aside->store->fd, member->path, IMAGE_DOCUMENT_SIZE_MAX, ret_text,
                         ret_size, error);
}

static bool take_file(ImageMembers *members, const char *name, const char *expected, ImageProgress *progress,
                      char **ret_digest, GError **error) {
        autofd int fd = openat(members->folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

        if (fd < 0 && errno == ENOENT)
                return fail_missing(name, error);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open '%s'", name);
        return image_blob_copy(members->aside, fd, expected, progress, ret_digest, error) ||
               fail_prefix(error, "'%s'", name);
}

bool image_members_take(ImageMembers *members, const char *name, const char *expected,
                        ImageProgress *progress, char **ret_digest, GError **error) {
        if (members->folder_fd >= 0)
                return take_file(members, name, expected, progress, ret_digest, error);

        Member *member = find(members, name);
        if (!member)
                return fail_missing(name, error);
        if (expected && !g_str_equal(member->digest, expected))
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "The contents of '%s' are not what they should be: %s instead of %s", name,
                            member->digest, expected);
        if (member->path && !image_blob_adopt(members->aside->store, member->path, member->digest, error))
                return false;
        g_clear_pointer(&member->path, g_free);
        if (ret_digest)
                *ret_digest = g_strdup(member->digest);
        return true;
}

bool image_members_take_blob(ImageMembers *members, const char *digest, ImageProgress *progress,
                             GError **error) {
        if (image_blob_exists(members->aside->store, digest))
                return true;

        g_autofree char *name = image_store_blob_path(digest);
        return image_members_take(members, name, digest, progress, NULL, error);
}
