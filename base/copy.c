/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything by descriptor and by plain name, so that whoever filled the source has no say in where a copy goes. */

#include "base/copy.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Each level holds descriptors; a deeper tree is nobody's data. */
enum { MAX_DEPTH = 128, BUFFER_SIZE = 256 << 10 };

typedef struct Copy {
        dev_t device;
        int top_fd;        /* of the copy */
        GHashTable *links; /* inode of a file with several names → its path in the copy */
        char *buffer;
} Copy;

static bool copy_entries(Copy *copy, int from_fd, int to_fd, const char *path, unsigned depth,
                         GError **error);

/* What overlay keeps for itself is its own; security.capability can be set by root of a user namespace. */
static void copy_attributes(int from_fd, int to_fd) {
        char names[4096];
        char value[4096];
        ssize_t size = flistxattr(from_fd, names, sizeof names);

        for (const char *name = names; size > 0 && name < names + size; name += strlen(name) + 1) {
                if (g_str_has_prefix(name, "user.overlay.") || g_str_has_prefix(name, "trusted.") ||
                    g_str_equal(name, "security.selinux"))
                        continue;
                ssize_t length = fgetxattr(from_fd, name, value, sizeof value);
                /* Refusals are fine: the copy is of use without. */
                if (length >= 0)
                        (void) fsetxattr(to_fd, name, value, (size_t) length, 0);
        }
}

/* The mode comes after the owner, whose change clears setuid. */
static bool copy_owner(int from_fd, int to_fd, const struct stat *status, GError **error) {
        const struct timespec times[] = {status->st_atim, status->st_mtim};

        if (fchown(to_fd, status->st_uid, status->st_gid) < 0)
                return fail_errno(error, errno, "Cannot give a copy to user %u and group %u", status->st_uid,
                                  status->st_gid);
        copy_attributes(from_fd, to_fd);
        if (fchmod(to_fd, status->st_mode & 07777) < 0)
                return fail_errno(error, errno, "Cannot set the mode of a copy");
        (void) futimens(to_fd, times); /* of no consequence */
        return true;
}

/* What copy_file_range(2) does not do between these two file systems, or not to the end. */
static bool copy_by_hand(Copy *copy, int from_fd, int to_fd, off_t from, off_t end, GError **error) {
        while (from < end) {
                ssize_t size = pread(from_fd, copy->buffer, (size_t) MIN(end - from, BUFFER_SIZE), from);
                if (size < 0 && errno == EINTR)
                        continue;
                if (size <= 0)
                        return size == 0 || fail_errno(error, errno, "Cannot read");
                for (ssize_t done = 0; done < size;) {
                        ssize_t written =
                                pwrite(to_fd, copy->buffer + done, (size_t) (size - done), from + done);
                        if (written < 0 && errno != EINTR)
                                return fail_errno(error, errno, "Cannot write");
                        done += MAX(written, 0);
                }
                from += size;
        }
        return true;
}

static bool copy_piece(Copy *copy, int from_fd, int to_fd, off_t from, off_t end, GError **error) {
        while (from < end) {
                off_t in = from, out = from;
                ssize_t moved = copy_file_range(from_fd, &in, to_fd, &out, (size_t) (end - from), 0);
                if (moved <= 0)
                        return copy_by_hand(copy, from_fd, to_fd, from, end, error);
                from += moved;
        }
        return true;
}

/* Holes stay holes: in memory above all, and a disk that is a file would be as large as it says. */
static bool copy_bytes(Copy *copy, int from_fd, int to_fd, off_t size, GError **error) {
        for (off_t next = 0; next < size;) {
                off_t from = lseek(from_fd, next, SEEK_DATA);
                if (from < 0 && errno == ENXIO) /* no more data */
                        break;
                if (from < 0) /* a file system that does not tell */
                        return copy_piece(copy, from_fd, to_fd, next, size, error);
                next = lseek(from_fd, from, SEEK_HOLE);
                if (next < 0)
                        next = size;
                if (!copy_piece(copy, from_fd, to_fd, from, next, error))
                        return false;
        }
        return ftruncate(to_fd, size) == 0 || fail_errno(error, errno, "Cannot set the size");
}

static bool copy_file(Copy *copy, int from_dir, int to_dir, const char *name, const struct stat *status,
                      const char *path, GError **error) {
        const char *known = status->st_nlink > 1
                                    ? g_hash_table_lookup(copy->links, GSIZE_TO_POINTER(status->st_ino))
                                    : NULL;

        if (known)
                return linkat(copy->top_fd, known, to_dir, name, 0) == 0 ||
                       fail_errno(error, errno, "Cannot link %s", path);

        autofd int from_fd = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        autofd int to_fd = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (from_fd < 0 || to_fd < 0)
                return fail_errno(error, errno, "Cannot copy %s", path);
        if (!copy_bytes(copy, from_fd, to_fd, status->st_size, error) ||
            !copy_owner(from_fd, to_fd, status, error))
                return fail_prefix(error, "%s", path);
        if (status->st_nlink > 1)
                g_hash_table_insert(copy->links, GSIZE_TO_POINTER(status->st_ino), g_strdup(path));
        return true;
}

static bool copy_link(int from_dir, int to_dir, const char *name, const struct stat *status,
                      const char *path, GError **error) {
        char target[PATH_MAX];
        ssize_t size = readlinkat(from_dir, name, target, sizeof target - 1);

        if (size < 0)
                return fail_errno(error, errno, "Cannot read the link %s", path);
        target[size] = '\0';
        if (symlinkat(target, to_dir, name) < 0 ||
            fchownat(to_dir, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
                return fail_errno(error, errno, "Cannot copy the link %s", path);
        return true;
}

static bool copy_fifo(int to_dir, const char *name, const struct stat *status, const char *path,
                      GError **error) {
        if (mkfifoat(to_dir, name, 0600) < 0 ||
            fchownat(to_dir, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
            fchmodat(to_dir, name, status->st_mode & 07777, 0) < 0)
                return fail_errno(error, errno, "Cannot copy the fifo %s", path);
        return true;
}

static bool copy_subfolder(Copy *copy, int from_dir, int to_dir, const char *name, const char *path,
                           unsigned depth, GError **error) {
        const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        struct stat status;

        if (depth >= MAX_DEPTH)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "%s lies more than %d folders deep", path,
                            MAX_DEPTH);
        autofd int from_fd = openat(from_dir, name, flags);
        if (from_fd < 0 || fstat(from_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot open the folder %s", path);
        if (mkdirat(to_dir, name, 0700) < 0)
                return fail_errno(error, errno, "Cannot make the folder %s", path);
        autofd int to_fd = openat(to_dir, name, flags);
        if (to_fd < 0)
                return fail_errno(error, errno, "Cannot open the folder %s", path);
        /* What is mounted there is another story: the folder below it is copied, empty. */
        if (status.st_dev == copy->device && !copy_entries(copy, from_fd, to_fd, path, depth + 1, error))
                return false;
        return copy_owner(from_fd, to_fd, &status, error) || fail_prefix(error, "%s", path);
}

static bool copy_entry(Copy *copy, int from_dir, int to_dir, const char *name, const char *path,
                       unsigned depth, GError **error) {
        struct stat status;

        if (fstatat(from_dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return fail_errno(error, errno, "Cannot look at %s", path);
        if (S_ISDIR(status.st_mode))
                return copy_subfolder(copy, from_dir, to_dir, name, path, depth, error);
        if (S_ISREG(status.st_mode))
                return copy_file(copy, from_dir, to_dir, name, &status, path, error);
        if (S_ISLNK(status.st_mode))
                return copy_link(from_dir, to_dir, name, &status, path, error);
        return !S_ISFIFO(status.st_mode) || copy_fifo(to_dir, name, &status, path, error);
}

/* PATH is that of the folder, below the top; "" at the top. */
static bool copy_entries(Copy *copy, int from_fd, int to_fd, const char *path, unsigned depth,
                         GError **error) {
        /* Opened anew: a copy of the descriptor would share its place in the list of entries. */
        autodir DIR *folder = folder_open(from_fd, ".", 0);
        struct dirent *entry;

        if (!folder)
                return fail_errno(error, errno, "Cannot list the folder %s", path);
        while ((entry = folder_next(folder))) {
                g_autofree char *below = g_strconcat(path, *path ? "/" : "", entry->d_name, NULL);
                if (!copy_entry(copy, from_fd, to_fd, entry->d_name, below, depth, error))
                        return false;
        }
        return true;
}

bool copy_folder(int from_fd, int to_fd, GError **error) {
        g_autoptr(GHashTable) links = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        g_autofree char *buffer = g_malloc(BUFFER_SIZE);
        Copy copy = {.top_fd = to_fd, .links = links, .buffer = buffer};
        struct stat status;

        if (fstat(from_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at a folder");
        copy.device = status.st_dev;
        return copy_entries(&copy, from_fd, to_fd, "", 0, error) &&
               copy_owner(from_fd, to_fd, &status, error);
}
