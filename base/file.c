/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole files and folders of the user's own. Nothing here is for paths inside an image. */

#include "base/file.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool read_all(int fd, size_t limit, GString *text, GError **error) {
        for (;;) {
                char buffer[8192];
                ssize_t n = read(fd, buffer, sizeof buffer);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(error, errno, "Cannot read");
                if (n == 0)
                        return true;
                g_string_append_len(text, buffer, n);
                if (limit > 0 && text->len > limit)
                        return fail_errno(error, EFBIG, "Cannot read");
        }
}

bool file_read(int dir_fd, const char *path, size_t limit, char **ret_text, size_t *ret_size, GError **error) {
        /* O_NONBLOCK: a fifo without a writer must not hang us; it does nothing to a regular file. */
        autofd int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);

        struct stat status;
        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", path);
        if (S_ISDIR(status.st_mode))
                return fail_errno(error, EISDIR, "Cannot read %s", path);
        /* Files below /proc and /sys are regular and say that they are empty, so the size is only a hint. */
        if (!S_ISREG(status.st_mode))
                return fail(error, WOLFFIA_ERROR_VALUE, "Cannot read %s: it is not a regular file", path);

        GString *text = g_string_sized_new(status.st_size > 0 && status.st_size < (1 << 24) ? (gsize) status.st_size + 1 : 256);
        if (!read_all(fd, limit, text, error)) {
                g_string_free(text, TRUE);
                return fail_prefix(error, "%s", path);
        }
        if (ret_size)
                *ret_size = text->len;
        *ret_text = g_string_free(text, FALSE);
        return true;
}

bool file_write_all(int fd, const void *data, size_t size, GError **error) {
        const char *rest = data;

        while (size > 0) {
                ssize_t n = write(fd, rest, size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(error, errno, "Cannot write");
                rest += n;
                size -= (size_t) n;
        }
        return true;
}

static bool write_and_rename(int dir_fd, const char *aside, const char *path, const void *data, size_t size,
                             mode_t mode, GError **error) {
        autofd int fd = openat(dir_fd, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot create %s", aside);
        if (!file_write_all(fd, data, size, error))
                return fail_prefix(error, "%s", aside);
        if (fsync(fd) < 0)
                return fail_errno(error, errno, "Cannot write %s to disk", aside);
        if (renameat(dir_fd, aside, dir_fd, path) < 0)
                return fail_errno(error, errno, "Cannot rename %s to %s", aside, path);
        return true;
}

bool file_write_atomic(int dir_fd, const char *path, const void *data, size_t size, mode_t mode, GError **error) {
        g_autofree char *aside = g_strdup_printf("%s.%08x.new", path, g_random_int());

        if (!write_and_rename(dir_fd, aside, path, data, size, mode, error)) {
                (void) unlinkat(dir_fd, aside, 0);
                return false;
        }

        g_autofree char *folder = g_path_get_dirname(path);
        autofd int folder_fd = openat(dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0 || fsync(folder_fd) < 0)
                return fail_errno(error, errno, "Cannot write the folder %s to disk", folder);
        return true;
}

bool file_make_folders(int dir_fd, const char *path, mode_t mode, GError **error) {
        if (mkdirat(dir_fd, path, mode) == 0 || errno == EEXIST)
                return true;
        if (errno != ENOENT)
                return fail_errno(error, errno, "Cannot make the folder %s", path);

        g_autofree char *parent = g_path_get_dirname(path);
        if (g_str_equal(parent, path) || g_str_equal(parent, "."))
                return fail_errno(error, ENOENT, "Cannot make the folder %s", path);
        if (!file_make_folders(dir_fd, parent, mode, error))
                return false;
        if (mkdirat(dir_fd, path, mode) < 0 && errno != EEXIST)
                return fail_errno(error, errno, "Cannot make the folder %s", path);
        return true;
}

static bool remove_entries(int folder_fd, dev_t device, GError **error);

static bool remove_entry(int parent_fd, const char *name, dev_t device, GError **error) {
        if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT)
                return true;
        if (errno != EISDIR && errno != EPERM)
                return fail_errno(error, errno, "Cannot remove %s", name);

        autofd int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno == EACCES && fchmodat(parent_fd, name, 0700, 0) == 0)
                fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot remove %s", name);

        struct stat status;
        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", name);
        if (device != 0 && status.st_dev != device)
                return fail_errno(error, EXDEV, "Cannot remove %s: something is mounted there", name);
        if (!remove_entries(fd, status.st_dev, error))
                return fail_prefix(error, "%s", name);
        if (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return fail_errno(error, errno, "Cannot remove the folder %s", name);
        return true;
}

static bool remove_entries(int folder_fd, dev_t device, GError **error) {
        int copy = fcntl(folder_fd, F_DUPFD_CLOEXEC, 0);
        if (copy < 0)
                return fail_errno(error, errno, "Cannot list a folder");
        autodir DIR *folder = fdopendir(copy);
        if (!folder)
                return fail_errno(error, errno, "Cannot list a folder");

        struct dirent *entry;
        while ((entry = readdir(folder))) {
                if (g_str_equal(entry->d_name, ".") || g_str_equal(entry->d_name, ".."))
                        continue;
                if (!remove_entry(folder_fd, entry->d_name, device, error))
                        return false;
        }
        return true;
}

bool file_remove_tree(int dir_fd, const char *path, GError **error) {
        return remove_entry(dir_fd, path, 0, error);
}

bool file_empty_folder(int folder_fd, GError **error) {
        struct stat status;

        if (fstat(folder_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at a folder");
        return remove_entries(folder_fd, status.st_dev, error);
}
