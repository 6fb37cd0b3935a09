/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/copy.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/path.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { MADE_UP_LARGEST = 16 << 20 };

static bool fail_archive(struct archive *archive, const char *what, GError **error) {
        const char *text = archive_error_string(archive);

        return fail(error, WOLFFIA_ERROR_HELPER, "%s: %s", what, text ? text : "unknown error");
}

static bool copy_data(struct archive *from, struct archive *to, GError **error) {
        char buffer[64 << 10];
        la_ssize_t size;

        while ((size = archive_read_data(from, buffer, sizeof buffer)) > 0)
                if (archive_write_data(to, buffer, (size_t) size) < 0)
                        return fail_archive(to, "Cannot write", error);
        return size == 0 || fail_archive(from, "Cannot read", error);
}

/* ---- packing ---- */

/* The kernel's own, of which there is no copy: files without an end, and some that wait for ever. */
static bool is_of_kernel(const char *path) {
        static const long types[] = {PROC_SUPER_MAGIC,   SYSFS_MAGIC,        CGROUP2_SUPER_MAGIC,
                                     CGROUP_SUPER_MAGIC, DEVPTS_SUPER_MAGIC, SECURITYFS_MAGIC,
                                     DEBUGFS_MAGIC,      TRACEFS_MAGIC,      BPF_FS_MAGIC,
                                     BINFMTFS_MAGIC,     SELINUX_MAGIC,      EFIVARFS_MAGIC};
        struct statfs system;

        if (statfs(path, &system) < 0)
                return false;
        for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
                if (system.f_type == types[i])
                        return true;
        return false;
}

/* What the kernel makes up while it is read: the size that stat(2) tells is 0, or a page. */
static bool read_made_up(const char *path, GByteArray *text, GError **error) {
        guint8 buffer[4096];
        ssize_t n;

        /* Some such files would wait for something to happen. */
        autofd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);
        while ((n = read(fd, buffer, sizeof buffer)) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(error, errno, "Cannot read %s", path);
                g_byte_array_append(text, buffer, (guint) n);
                if (text->len > MADE_UP_LARGEST)
                        return fail(
                                error, WOLFFIA_ERROR_VALUE,
                                "%s has no end within %d MiB; a program in the container can read a part of it",
                                path, MADE_UP_LARGEST >> 20);
        }
        return true;
}

/* An archive has the size in front. What cannot be read so is left out of a folder's copy: files that are for writing, that wait,
 * or that have no end. */
static bool pack_made_up(struct archive *to, struct archive_entry *entry, const char *path,
                         bool is_asked_for, GError **error) {
        g_autoptr(GByteArray) text = g_byte_array_new();
        g_autoptr(GError) failure = NULL;

        if (!read_made_up(path, text, &failure)) {
                if (is_asked_for)
                        g_propagate_error(error, g_steal_pointer(&failure));
                return !is_asked_for;
        }
        archive_entry_set_size(entry, text->len);
        if (archive_write_header(to, entry) < ARCHIVE_WARN ||
            archive_write_data(to, text->data, text->len) < 0)
                return fail_archive(to, path, error);
        return true;
}

static bool pack_entry(struct archive *from, struct archive *to, struct archive_entry *entry, size_t prefix,
                       const char *base, GError **error) {
        g_autofree char *path = g_strdup(archive_entry_pathname(entry));
        g_autofree char *name = g_strconcat(base, path + prefix, NULL);
        mode_t type = archive_entry_filetype(entry);

        if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)
                return true;
        archive_entry_set_pathname(entry, name);
        if (type == AE_IFREG && is_of_kernel(path))
                return pack_made_up(to, entry, path, path[prefix] == '\0', error);
        if (archive_write_header(to, entry) < ARCHIVE_WARN)
                return fail_archive(to, path, error);
        return type != AE_IFREG || copy_data(from, to, error) || fail_prefix(error, "%s", path);
}

static bool pack_all(struct archive *from, struct archive *to, const char *path, const char *base,
                     GError **error) {
        /* The slash of the root is also the one in front of what is in it. */
        size_t prefix = g_str_equal(path, "/") ? 0 : strlen(path);
        bool begins_in_kernel = is_of_kernel(path); /* who asks for it gets it */

        for (;;) {
                struct archive_entry *entry;
                int result = archive_read_next_header(from, &entry);

                if (result == ARCHIVE_EOF)
                        return true;
                if (result < ARCHIVE_WARN)
                        return fail_archive(from, path, error);
                if (archive_read_disk_can_descend(from) &&
                    (begins_in_kernel || !is_of_kernel(archive_entry_pathname(entry))))
                        (void) archive_read_disk_descend(from);
                if (!pack_entry(from, to, entry, prefix, base, error))
                        return false;
        }
}

bool copy_pack(const char *path, const char *base, int fd, GError **error) {
        char *resolved = realpath(path, NULL);
        if (!resolved)
                return fail_errno(error, errno, "Cannot find %s", path);
        (void) setlocale(LC_CTYPE, "C.UTF-8"); /* names in archives are UTF-8 */

        struct archive *from = archive_read_disk_new(), *to = archive_write_new();
        archive_read_disk_set_symlink_physical(from);
        archive_read_disk_set_behavior(from, ARCHIVE_READDISK_NO_XATTR | ARCHIVE_READDISK_NO_ACL);
        archive_write_set_format_pax_restricted(to);
        bool done = archive_read_disk_open(from, resolved) == ARCHIVE_OK || fail_archive(from, path, error);
        done = done &&
               (archive_write_open_fd(to, fd) == ARCHIVE_OK || fail_archive(to, "Cannot write", error));
        done = done && pack_all(from, to, resolved, base, error);
        if (archive_write_close(to) != ARCHIVE_OK && done)
                done = fail_archive(to, "Cannot write", error);
        archive_write_free(to);
        archive_read_free(from);
        free(resolved); /* realpath(3) allocates as it likes */
        return done;
}

/* ---- unpacking ---- */

/* Enters the folder that is to hold the copy. RET_NAME gets what it is called there; NULL: what is below it goes there. */
static bool enter(const CopyTarget *target, char **ret_name, GError **error) {
        struct stat status;

        if (target->is_stream)
                return chdir(target->path) == 0 || fail_errno(error, errno, "Cannot enter %s", target->path);
        if (stat(target->path, &status) == 0 && S_ISDIR(status.st_mode)) {
                *ret_name = g_strdup(target->name);
                return chdir(target->path) == 0 || fail_errno(error, errno, "Cannot enter %s", target->path);
        }
        g_autofree char *parent = g_path_get_dirname(target->path);
        if (g_str_has_suffix(target->path, "/"))
                return fail_errno(error, ENOTDIR, "Cannot copy to %s", target->path);
        *ret_name = g_path_get_basename(target->path);
        return chdir(parent) == 0 || fail_errno(error, errno, "Cannot enter %s", parent);
}

/* Absolute paths mean those below the target. */
static const char *strip(const char *path) {
        while (g_str_has_prefix(path, "/") || g_str_has_prefix(path, "./"))
                path += *path == '/' ? 1 : 2;
        return path;
}

/* Gives the entry its name below the present folder. False: it is the folder itself, which stays as it is. */
static bool rename_entry(struct archive_entry *entry, const CopyTarget *target, const char *name) {
        const char *path = archive_entry_pathname(entry), *link = archive_entry_hardlink(entry);

        if (!target->is_stream) {
                const char *rest = path + strlen(COPY_BASE);
                g_autofree char *full = g_strconcat(name ? name : ".", rest, NULL);
                bool is_folder = !name && (!*rest || g_str_equal(rest, "/")); /* folders end in it */
                archive_entry_set_pathname(entry, full);
                return !is_folder;
        }
        g_autofree char *own = g_strdup(strip(path)), *other = link ? g_strdup(strip(link)) : NULL;
        archive_entry_set_pathname(entry, own);
        if (other)
                archive_entry_set_hardlink(entry, other);
        return *own && !g_str_equal(own, ".");
}

static bool unpack_entry(struct archive *from, struct archive *to, struct archive_entry *entry,
                         const CopyTarget *target, const char *name, GError **error) {
        if (!archive_entry_pathname(entry))
                return fail(error, WOLFFIA_ERROR_VALUE, "A name in the archive cannot be read");
        if (!rename_entry(entry, target, name))
                return true;
        g_autofree char *path = g_strdup(archive_entry_pathname(entry));
        mode_t type = archive_entry_filetype(entry);
        if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK && !archive_entry_hardlink(entry))
                return true;
        archive_entry_set_perm(entry, archive_entry_perm(entry) & 0777);
        if (target->owned) {
                archive_entry_set_uid(entry, target->uid);
                archive_entry_set_gid(entry, target->gid);
        }
        archive_entry_set_uname(entry, NULL);
        archive_entry_set_gname(entry, NULL);
        if (archive_write_header(to, entry) < ARCHIVE_WARN)
                return fail_archive(to, path, error);
        return archive_entry_size(entry) == 0 || copy_data(from, to, error) ||
               fail_prefix(error, "%s", path);
}

static bool unpack_all(struct archive *from, struct archive *to, const CopyTarget *target, const char *name,
                       GError **error) {
        for (;;) {
                struct archive_entry *entry;
                int result = archive_read_next_header(from, &entry);

                if (result == ARCHIVE_EOF)
                        return archive_write_close(to) == ARCHIVE_OK ||
                               fail_archive(to, "Cannot write", error);
                if (result < ARCHIVE_WARN)
                        return fail_archive(from, "Cannot read", error);
                if (!unpack_entry(from, to, entry, target, name, error))
                        return false;
        }
}

/* An archive ends before its last block does, and who writes that must not find the pipe closed. */
static void read_rest(int fd) {
        char buffer[4096];

        while (read(fd, buffer, sizeof buffer) > 0)
                ;
}

bool copy_unpack(const CopyTarget *target, int fd, GError **error) {
        g_autofree char *name = NULL;

        if (!enter(target, &name, error))
                return false;
        (void) setlocale(LC_CTYPE, "C.UTF-8");
        struct archive *from = archive_read_new(), *to = archive_write_disk_new();
        archive_read_support_format_tar(from);
        if (target->is_stream) {
                (void) archive_read_support_filter_gzip(from);
                (void) archive_read_support_filter_xz(from);
                (void) archive_read_support_filter_zstd(from);
        }
        archive_write_disk_set_options(
                to, ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                            ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                            (target->owned || target->keeps_owner ? ARCHIVE_EXTRACT_OWNER : 0));
        bool done = archive_read_open_fd(from, fd, 64 << 10) == ARCHIVE_OK ||
                    fail_archive(from, "Cannot read", error);
        done = done && unpack_all(from, to, target, name, error);
        if (done)
                read_rest(fd);
        archive_write_free(to);
        archive_read_free(from);
        return done;
}

char *copy_name(const char *path) {
        g_autofree char *normal = path_normalise(path);
        bool is_below = g_str_has_suffix(path, "/.") || g_str_equal(path, ".");

        return is_below || g_str_equal(normal, "/") || g_str_equal(normal, "") || g_str_equal(normal, ".")
                       ? NULL
                       : g_path_get_basename(normal);
}
