/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Detection. An archive of a root file system shows itself with its first members; an archive of an image has nothing
 * but documents and layers at its top, and may have the decisive document last, so that all names are looked at. */

#include "image/source.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "image/stream.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
        const char *prefix;
        const char *name;
} kinds[] = {
        [IMAGE_SOURCE_FOLDER] = {"dir:", "a root folder"},
        [IMAGE_SOURCE_TAR] = {"tar:", "an archive of a root folder"},
        [IMAGE_SOURCE_OCI_LAYOUT] = {"oci:", "an OCI layout"},
        [IMAGE_SOURCE_OCI_ARCHIVE] = {"oci-archive:", "an archive of an OCI layout"},
        [IMAGE_SOURCE_DOCKER_ARCHIVE] = {"docker-archive:", "an archive of 'docker save'"},
};

const char *image_source_kind_name(ImageSourceKind kind) {
        return kinds[kind].name;
}

void image_source_free(ImageSource *source) {
        if (!source)
                return;
        cleanup_fd(&source->fd);
        g_free(source->path);
        g_free(source->name);
        g_free(source);
}

/* PATH:NAME is cut at the first colon before which there is a file. */
static void split_path(const char *text, char **ret_path, char **ret_name) {
        *ret_name = NULL;
        *ret_path = g_strdup(text);
        if (access(text, F_OK) == 0)
                return;

        for (const char *colon = strchr(text, ':'); colon; colon = strchr(colon + 1, ':')) {
                g_autofree char *path = g_strndup(text, (size_t) (colon - text));
                if (*path && access(path, F_OK) == 0) {
                        g_free(*ret_path);
                        *ret_path = g_steal_pointer(&path);
                        *ret_name = colon[1] ? g_strdup(colon + 1) : NULL;
                        return;
                }
        }
}

/* A pipe can be read once only, and an archive has to be looked at first. */
static bool spool(const ImageTrash *aside, int input_fd, int *ret_fd, GError **error) {
        g_autofree char *path = g_strconcat(aside->path, "/input", NULL);
        g_autofree char *buffer = g_malloc(256 << 10);
        ssize_t n;

        autofd int fd =
                openat(aside->store->fd, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot create %s/%s", aside->store->path, path);
        while ((n = read(input_fd, buffer, 256 << 10)) > 0 || (n < 0 && errno == EINTR))
                if (n > 0 && !file_write_all(fd, buffer, (size_t) n, error))
                        return fail_prefix(error, "%s/%s", aside->store->path, path);
        if (n < 0)
                return fail_errno(error, errno, "Cannot read standard input");
        if (lseek(fd, 0, SEEK_SET) < 0)
                return fail_errno(error, errno, "Cannot rewind %s/%s", aside->store->path, path);
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool open_path(ImageSource *source, const ImageTrash *aside, GError **error) {
        struct stat status;

        autofd int fd = g_str_equal(source->path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                                       : open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", source->path);
        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", source->path);
        if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
                source->fd = steal_fd(&fd);
                return true;
        }
        if (isatty(fd))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "An archive is expected on standard input, not a terminal");
        return spool(aside, fd, &source->fd, error);
}

static bool detect_folder(ImageSource *source, GError **error) {
        bool has_layout = faccessat(source->fd, "oci-layout", F_OK, 0) == 0;
        bool has_index = faccessat(source->fd, "index.json", F_OK, 0) == 0;
        bool has_manifest = faccessat(source->fd, "manifest.json", F_OK, 0) == 0;

        if (!has_index && has_manifest && faccessat(source->fd, "version", F_OK, 0) == 0)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "%s is in a format of skopeo's own; convert it with 'skopeo copy dir:%s oci:FOLDER'",
                        source->path, source->path);
        source->kind = has_layout && has_index ? IMAGE_SOURCE_OCI_LAYOUT : IMAGE_SOURCE_FOLDER;
        return true;
}

typedef struct Sighting {
        bool is_root; /* something that no image archive has at its top */
        bool has_layout, has_index, has_manifest;
} Sighting;

static bool is_hexadecimal(const char *text, size_t length) {
        return length == 64 && strspn(text, "0123456789abcdef") >= 64;
}

static void see(Sighting *sighting, const char *name) {
        while (g_str_has_prefix(name, "./") || *name == '/')
                name += *name == '/' ? 1 : 2;
        size_t length = strcspn(name, "/");
        bool is_top = name[length] == '\0';

        if (!*name || g_str_equal(name, "."))
                return;
        if (g_str_equal(name, "oci-layout"))
                sighting->has_layout = true;
        else if (g_str_equal(name, "index.json"))
                sighting->has_index = true;
        else if (g_str_equal(name, "manifest.json"))
                sighting->has_manifest = true;
        else if (is_top && (g_str_equal(name, "repositories") || g_str_has_suffix(name, ".json") ||
                            g_str_has_suffix(name, ".tar")))
                return;
        else if (!is_hexadecimal(name, length) &&
                 !(length == strlen("blobs") && g_str_has_prefix(name, "blobs")))
                sighting->is_root = true;
}

static bool look(struct archive *tar, Sighting *sighting, GError **error) {
        struct archive_entry *entry;
        int result;

        while (!sighting->is_root && (result = archive_read_next_header(tar, &entry)) != ARCHIVE_EOF) {
                if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
                        return image_stream_fail(tar, "Cannot read the archive", error);
                if (archive_entry_pathname(entry))
                        see(sighting, archive_entry_pathname(entry));
        }
        return true;
}

static bool detect_archive(ImageSource *source, GError **error) {
        g_autoptr(ImageStream) stream = NULL;
        Sighting sighting = {0};
        struct archive *tar;

        /* So is the output of a command that failed, in front of a pipe. */
        if (lseek(source->fd, 0, SEEK_END) == 0)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "it is empty");
        if (lseek(source->fd, 0, SEEK_SET) != 0)
                return fail_errno(error, errno, "Cannot rewind the archive");
        if (!image_stream_open(source->fd, &stream, error) || !image_stream_open_tar(stream, &tar, error))
                return false;
        bool done = look(tar, &sighting, error);
        archive_read_free(tar);
        if (!done)
                return false;

        if (!sighting.is_root && sighting.has_layout && sighting.has_index)
                source->kind = IMAGE_SOURCE_OCI_ARCHIVE;
        else if (!sighting.is_root && sighting.has_manifest)
                source->kind = IMAGE_SOURCE_DOCKER_ARCHIVE;
        else
                source->kind = IMAGE_SOURCE_TAR;
        return lseek(source->fd, 0, SEEK_SET) == 0 || fail_errno(error, errno, "Cannot rewind the archive");
}

static bool detect(ImageSource *source, GError **error) {
        struct stat status;

        if (fstat(source->fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at it");
        return S_ISDIR(status.st_mode) ? detect_folder(source, error) : detect_archive(source, error);
}

static bool check_kind(const ImageSource *source, ImageSourceKind wanted, GError **error) {
        struct stat status;

        if (fstat(source->fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at it");
        bool wants_folder = wanted == IMAGE_SOURCE_FOLDER || wanted == IMAGE_SOURCE_OCI_LAYOUT;
        if (wants_folder != (S_ISDIR(status.st_mode) != 0))
                return fail(error, WOLFFIA_ERROR_VALUE, "it is %s, and '%s' wants %s",
                            S_ISDIR(status.st_mode) ? "a folder" : "a file", kinds[wanted].prefix,
                            kinds[wanted].name);
        return true;
}

bool image_source_open(const char *text, const ImageTrash *aside, ImageSource **ret_source, GError **error) {
        g_autoptr(ImageSource) source = g_new0(ImageSource, 1);
        int wanted = -1;

        source->fd = -1;
        for (int i = 0; i < (int) G_N_ELEMENTS(kinds) && wanted < 0; i++)
                if (g_str_has_prefix(text, kinds[i].prefix)) {
                        wanted = i;
                        text += strlen(kinds[i].prefix);
                }
        split_path(text, &source->path, &source->name);
        if (!open_path(source, aside, error))
                return false;

        if (wanted >= 0) {
                source->kind = (ImageSourceKind) wanted;
                if (!check_kind(source, source->kind, error))
                        return fail_prefix(error, "%s", source->path);
        } else if (!detect(source, error)) {
                return fail_prefix(error, "%s", source->path);
        }
        *ret_source = g_steal_pointer(&source);
        return true;
}
