/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole files and folders of the user's own. Nothing here is for paths inside an image. */

#include "base/file.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"

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

bool file_read(int dir_fd, const char *path, size_t limit, char **ret_text, size_t *ret_size,
               GError **error) {
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

        GString *text = g_string_sized_new(
                status.st_size > 0 && status.st_size < (1 << 24) ? (gsize) status.st_size + 1 : 256);
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

bool file_write_atomic(int dir_fd, const char *path, const void *data, size_t size, mode_t mode,
                       GError **error) {
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

static bool is_folder(int dir_fd, const char *path) {
        struct stat status;

        return fstatat(dir_fd, path, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

bool file_make_folders(int dir_fd, const char *path, mode_t mode, GError **error) {
        if (mkdirat(dir_fd, path, mode) == 0 || (errno == EEXIST && is_folder(dir_fd, path)))
                return true;
        if (errno == EEXIST)
                return fail_errno(error, ENOTDIR, "Cannot make the folder %s", path);
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

/* Each level in work costs a descriptor, and whoever filled the tree may have made it as deep as he liked.
 * What lies below this many levels is moved to the top, and removed from there. */
#define MAX_DEPTH 64

typedef struct Removal {
        int top_fd;
        dev_t device;
        bool has_moved; /* something to the top: list that once more */
} Removal;

static bool remove_entries(Removal *removal, int folder_fd, unsigned depth, GError **error);

/* A folder of our own without rwx for us would keep its entries. Links are not followed. */
static int open_folder(int parent_fd, const char *name, struct stat *ret_status) {
        const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        autofd int fd = openat(parent_fd, name, flags);

        if (fd < 0 && errno == EACCES && fchmodat(parent_fd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
                fd = openat(parent_fd, name, flags);
        if (fd < 0 || fstat(fd, ret_status) < 0)
                return -1;
        if ((ret_status->st_mode & 0700) != 0700)
                (void) fchmod(fd, 0700); /* if that matters, what comes next fails */
        return steal_fd(&fd);
}

static bool move_to_top(Removal *removal, int parent_fd, const char *name, GError **error) {
        g_autofree char *fresh = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());

        if (renameat(parent_fd, name, removal->top_fd, fresh) < 0)
                return fail_errno(error, errno, "Cannot move %s", name);
        removal->has_moved = true;
        return true;
}

static bool remove_entry(Removal *removal, int parent_fd, const char *name, unsigned depth, GError **error) {
        if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT)
                return true;
        int refusal = errno;
        if (refusal != EISDIR && refusal != EPERM)
                return fail_errno(error, refusal, "Cannot remove %s", name);

        struct stat status;
        autofd int fd = open_folder(parent_fd, name, &status);
        if (fd < 0)
                return fail_errno(error, errno == ENOTDIR ? refusal : errno, "Cannot remove %s", name);
        if (status.st_dev != removal->device)
                return fail_errno(error, EXDEV, "Cannot remove %s: something is mounted there", name);
        if (depth >= MAX_DEPTH)
                return move_to_top(removal, parent_fd, name, error);
        if (!remove_entries(removal, steal_fd(&fd), depth + 1, error))
                return fail_prefix(error, "%s", name);
        if (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return fail_errno(error, errno, "Cannot remove the folder %s", name);
        return true;
}

/* Closes FOLDER_FD. */
static bool remove_entries(Removal *removal, int folder_fd, unsigned depth, GError **error) {
        autodir DIR *folder = fdopendir(folder_fd);
        if (!folder) {
                cleanup_fd(&folder_fd);
                return fail_errno(error, errno, "Cannot list a folder");
        }

        struct dirent *entry;
        while ((entry = folder_next(folder)))
                if (!remove_entry(removal, dirfd(folder), entry->d_name, depth, error))
                        return false;
        return true;
}

bool file_remove_tree(int dir_fd, const char *path, GError **error) {
        if (unlinkat(dir_fd, path, 0) == 0 || errno == ENOENT)
                return true;
        int refusal = errno;
        if (refusal != EISDIR && refusal != EPERM)
                return fail_errno(error, refusal, "Cannot remove %s", path);

        struct stat status;
        autofd int fd = open_folder(dir_fd, path, &status);
        if (fd < 0)
                return fail_errno(error, errno == ENOTDIR ? refusal : errno, "Cannot remove %s", path);
        if (!file_empty_folder(fd, error))
                return fail_prefix(error, "%s", path);
        if (unlinkat(dir_fd, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return fail_errno(error, errno, "Cannot remove the folder %s", path);
        return true;
}

bool file_empty_folder(int folder_fd, GError **error) {
        Removal removal = {.top_fd = folder_fd};
        struct stat status;

        if (fstat(folder_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at a folder");
        removal.device = status.st_dev;

        do {
                removal.has_moved = false;
                /* Opened anew: a copy would share its place in the list of entries with the caller's. */
                int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd < 0)
                        return fail_errno(error, errno, "Cannot list a folder");
                if (!remove_entries(&removal, fd, 0, error))
                        return false;
        } while (removal.has_moved);
        return true;
}
