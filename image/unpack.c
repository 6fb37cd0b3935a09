/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How it works. Each entry's path is cleaned, its parent opened (unpack-path.h), and what it is made beside other names
 * of that folder. An entry that is there already is replaced, except that a folder stays and takes the new attributes.
 *
 * Whiteouts: ".wh.NAME" becomes a character device 0:0 named NAME, ".wh..wh..opq" an attribute of its folder. They speak
 * of the layers below only. When the same layer has NAME too, in whatever order, NAME stays; if it is a folder it becomes
 * opaque, which says the same.
 *
 * Attributes in the order that the kernel demands: owner (clears setuid and capabilities), mode, extended attributes,
 * times. Folders get their times at the very end, since each entry in them changes them. */

#include "image/unpack.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "image/stream.h"
#include "image/unpack-path.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define WHITEOUT_PREFIX   ".wh."
#define WHITEOUT_RESERVED ".wh..wh."
#define WHITEOUT_OPAQUE   ".wh..wh..opq"

/* From here on the kernel is told to start writing, so that the sync at the end has less to wait for. */
enum { WRITE_EARLY_SIZE = 1 << 20 };

typedef struct FolderTime {
        char *path;
        struct timespec time;
} FolderTime;

typedef struct Unpack {
        struct archive *tar;
        int folder_fd;
        UnpackPath *paths;
        const IdMap *map;
        UnpackNotes *notes;
        GArray *folder_times;
} Unpack;

static void clear_folder_time(void *data) {
        g_free(((FolderTime *) data)->path);
}

/* Takes away what is at NAME, of whatever kind, and says whether it was a whiteout. */
static bool make_room(Unpack *unpack, int parent_fd, const char *name, bool *ret_whiteout, GError **error) {
        *ret_whiteout = unpack_path_is_whiteout(parent_fd, name);
        return file_remove_tree(parent_fd, name, error);
}

/* A folder may be one that is kept open as a parent. */
static bool replace(Unpack *unpack, int *parent_fd, const char *path, const char **name, GError **error) {
        bool whiteout;

        if (!make_room(unpack, *parent_fd, *name, &whiteout, error))
                return false;
        unpack_path_forget(unpack->paths);
        return unpack_path_open_parent(unpack->paths, path, true, parent_fd, name, error);
}

static bool map_id(Unpack *unpack, const GArray *extents, la_int64_t id, const char *path, guint32 *ret_id) {
        if (id_map_is_single(unpack->map)) {
                unpack->notes->squashed += id != 0;
                *ret_id = 0;
                return true;
        }
        if (id >= 0 && id < G_MAXUINT32 && id_map_outside(extents, (guint32) id) != G_MAXUINT32) {
                *ret_id = (guint32) id;
                return true;
        }

        /* The rest is still read, so that the user learns the highest id at once. */
        guint32 shown = id >= 0 && id < G_MAXUINT32 ? (guint32) id : UNPACK_ID_NONSENSE;
        if (unpack->notes->highest_id == 0)
                g_strlcpy(unpack->notes->first_unmapped, path, sizeof unpack->notes->first_unmapped);
        unpack->notes->highest_id = MAX(unpack->notes->highest_id, shown);
        return false;
}

static bool set_owner(Unpack *unpack, int fd, const char *name, struct archive_entry *entry,
                      const char *path, GError **error) {
        guint32 uid, gid;

        if (!map_id(unpack, unpack->map->users, archive_entry_uid(entry), path, &uid) ||
            !map_id(unpack, unpack->map->groups, archive_entry_gid(entry), path, &gid))
                return true;
        if (fchownat(fd, name, uid, gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
                return fail_errno(error, errno, "Cannot give it to user %u and group %u", uid, gid);
        return true;
}

/* Attributes of overlay's own could make it show another file than the layer holds, and trusted ones are not ours to
 * give. What else the layer has is worth an attempt: a file capability is stored as belonging to this user namespace
 * (capabilities(7), version 3). */
static bool is_attribute_wanted(const char *name) {
        return (g_str_has_prefix(name, "user.") && !g_str_has_prefix(name, "user.overlay.")) ||
               g_str_equal(name, "security.capability");
}

static void set_attributes(Unpack *unpack, int fd, struct archive_entry *entry) {
        const char *name;
        const void *value;
        size_t size;

        (void) archive_entry_xattr_reset(entry);
        while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
                if (name && is_attribute_wanted(name) && fsetxattr(fd, name, value, size, 0) < 0)
                        unpack->notes->attributes++;
}

static struct timespec time_of(struct archive_entry *entry) {
        return (struct timespec){.tv_sec = archive_entry_mtime(entry),
                                 .tv_nsec = archive_entry_mtime_nsec(entry)};
}

/* A time that the file system cannot hold is no reason to refuse an image. */
static void set_time(int fd, const char *name, struct timespec time) {
        const struct timespec times[2] = {time, time};

        if (*name)
                (void) utimensat(fd, name, times, AT_SYMLINK_NOFOLLOW);
        else
                (void) futimens(fd, times);
}

/* For files and folders, which can be opened. */
static bool set_open(Unpack *unpack, int fd, struct archive_entry *entry, const char *path, GError **error) {
        if (!set_owner(unpack, fd, "", entry, path, error))
                return false;
        if (fchmod(fd, archive_entry_perm(entry) & 07777) < 0)
                return fail_errno(error, errno, "Cannot set its mode");
        set_attributes(unpack, fd, entry);
        return true;
}

static bool write_block(int fd, const char *bytes, size_t size, la_int64_t offset, GError **error) {
        while (size > 0) {
                ssize_t n = pwrite(fd, bytes, size, offset);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(error, errno, "Cannot write");
                bytes += n;
                size -= (size_t) n;
                offset += n;
        }
        return true;
}

static bool write_contents(Unpack *unpack, int fd, struct archive_entry *entry, GError **error) {
        la_int64_t size = archive_entry_size(entry), end = 0;

        for (;;) {
                const void *bytes;
                size_t length;
                la_int64_t offset;
                int result = archive_read_data_block(unpack->tar, &bytes, &length, &offset);

                if (result == ARCHIVE_EOF)
                        break;
                if (result < ARCHIVE_WARN)
                        return image_stream_fail(unpack->tar, "Cannot read", error);
                if (!write_block(fd, bytes, length, offset, error))
                        return false;
                end = offset + (la_int64_t) length;
        }
        /* A sparse file may end in a hole. */
        if (end < size && ftruncate(fd, size) < 0)
                return fail_errno(error, errno, "Cannot set its size");
        if (size >= WRITE_EARLY_SIZE)
                (void) sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
        return true;
}

static bool make_file(Unpack *unpack, struct archive_entry *entry, int parent_fd, const char *path,
                      const char *name, GError **error) {
        int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

        autofd int fd = openat(parent_fd, name, flags, 0600);
        if (fd < 0 && errno == EEXIST) {
                if (!replace(unpack, &parent_fd, path, &name, error))
                        return false;
                fd = openat(parent_fd, name, flags, 0600);
        }
        if (fd < 0)
                return fail_errno(error, errno, "Cannot create it");
        if (!write_contents(unpack, fd, entry, error) || !set_open(unpack, fd, entry, path, error))
                return false;
        set_time(fd, "", time_of(entry));
        return true;
}

static bool make_folder(Unpack *unpack, struct archive_entry *entry, int parent_fd, const char *path,
                        const char *name, GError **error) {
        bool whiteout = false;

        if (*path && mkdirat(parent_fd, name, 0700) < 0) {
                struct stat status;
                if (errno != EEXIST || fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                        return fail_errno(error, errno, "Cannot make it");
                if (!S_ISDIR(status.st_mode) &&
                    (!make_room(unpack, parent_fd, name, &whiteout, error) ||
                     (mkdirat(parent_fd, name, 0700) < 0 && fail_errno(error, errno, "Cannot make it"))))
                        return false;
        }

        autofd int fd =
                openat(parent_fd, *path ? name : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open it");
        if (whiteout && !unpack_path_set_opaque(fd, path, error))
                return false;

        FolderTime time = {g_strdup(path), time_of(entry)};
        g_array_append_val(unpack->folder_times, time);
        return set_open(unpack, fd, entry, path, error);
}

/* Makes what needs no more than its name; -1 and errno as system calls do. */
static int make_node(struct archive_entry *entry, int parent_fd, const char *name) {
        if (archive_entry_filetype(entry) == AE_IFLNK)
                return symlinkat(archive_entry_symlink(entry), parent_fd, name);
        return mkfifoat(parent_fd, name, 0600);
}

static bool make_other(Unpack *unpack, struct archive_entry *entry, int parent_fd, const char *path,
                       const char *name, GError **error) {
        bool is_link = archive_entry_filetype(entry) == AE_IFLNK;

        if (is_link && !archive_entry_symlink(entry))
                return fail(error, WOLFFIA_ERROR_SYNTAX, "it is a link without a target");
        if (make_node(entry, parent_fd, name) < 0) {
                if (errno != EEXIST)
                        return fail_errno(error, errno, "Cannot make it");
                if (!replace(unpack, &parent_fd, path, &name, error))
                        return false;
                if (make_node(entry, parent_fd, name) < 0)
                        return fail_errno(error, errno, "Cannot make it");
        }
        if (!set_owner(unpack, parent_fd, name, entry, path, error))
                return false;
        /* Not on a link: fchmodat() would follow it. */
        if (!is_link && fchmodat(parent_fd, name, archive_entry_perm(entry) & 07777, 0) < 0)
                return fail_errno(error, errno, "Cannot set its mode");
        set_time(parent_fd, name, time_of(entry));
        return true;
}

static bool link_to(int target_fd, const char *target, int parent_fd, const char *name, GError **error) {
        /* Without AT_SYMLINK_FOLLOW: a target that is a link is itself linked to. */
        if (linkat(target_fd, target, parent_fd, name, 0) == 0)
                return true;
        if (errno == ENOENT)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "it is a hard link to something that is not in this layer");
        return fail_errno(error, errno, "Cannot make the hard link");
}

static bool make_hard_link(Unpack *unpack, struct archive_entry *entry, const char *path, GError **error) {
        g_autofree char *target = NULL;
        const char *target_name, *name;
        int target_fd, parent_fd;

        if (!unpack_path_clean(archive_entry_hardlink(entry), &target, error))
                return fail_prefix(error, "the target of the hard link");
        if (g_str_equal(target, path))
                return true;
        if (!*target || !*path)
                return fail(error, WOLFFIA_ERROR_VALUE, "it is a hard link to a folder");

        /* Opened by itself: both parents are needed at once. */
        g_autoptr(UnpackPath) target_paths = unpack_path_new(unpack->folder_fd);
        if (!unpack_path_open_parent(target_paths, target, false, &target_fd, &target_name, error))
                return fail_prefix(error, "the target of the hard link");
        if (!unpack_path_open_parent(unpack->paths, path, true, &parent_fd, &name, error))
                return false;
        if (faccessat(parent_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
            !replace(unpack, &parent_fd, path, &name, error))
                return false;
        return link_to(target_fd, target_name, parent_fd, name, error);
}

static bool make_whiteout(Unpack *unpack, int parent_fd, const char *path, const char *marker,
                          GError **error) {
        const char *name = marker + strlen(WHITEOUT_PREFIX);
        struct stat status;

        if (!*name || g_str_equal(name, ".") || g_str_equal(name, ".."))
                return fail(error, WOLFFIA_ERROR_VALUE, "it is a whiteout of nothing");
        if (mknodat(parent_fd, name, S_IFCHR, 0) == 0)
                return true;
        if (errno != EEXIST || fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return fail_errno(error, errno, "Cannot make the whiteout");
        if (!S_ISDIR(status.st_mode))
                return true;

        autofd int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder");
        return unpack_path_set_opaque(fd, path, error);
}

static bool make_entry(Unpack *unpack, struct archive_entry *entry, const char *path, GError **error) {
        const char *name = "";
        int parent_fd = unpack->folder_fd;

        if (*path && !unpack_path_open_parent(unpack->paths, path, true, &parent_fd, &name, error))
                return false;
        /* Before the type is looked at: aufs made its whiteouts hard links to each other. */
        if (g_str_equal(name, WHITEOUT_OPAQUE))
                return unpack_path_set_opaque(parent_fd, path, error);
        if (g_str_has_prefix(name, WHITEOUT_PREFIX))
                return make_whiteout(unpack, parent_fd, path, name, error);
        if (archive_entry_hardlink(entry))
                return make_hard_link(unpack, entry, path, error);
        if (archive_entry_filetype(entry) == AE_IFDIR)
                return make_folder(unpack, entry, parent_fd, path, name, error);
        if (!*path)
                return fail(error, WOLFFIA_ERROR_VALUE, "it would replace the layer's own folder");

        switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
                return make_file(unpack, entry, parent_fd, path, name, error);
        case AE_IFLNK:
        case AE_IFIFO:
                return make_other(unpack, entry, parent_fd, path, name, error);
        default:
                /* Only real root may make device nodes; sockets are of no use in an archive. */
                unpack->notes->devices++;
                return true;
        }
}

/* aufs's own files, and whatever else may be named like that one day (layer.md reserves the prefix). */
static bool is_reserved(const char *path) {
        for (const char *component = path; component; component = strchr(component, '/')) {
                component += *component == '/';
                if (g_str_has_prefix(component, WHITEOUT_RESERVED) &&
                    !g_str_equal(component, WHITEOUT_OPAQUE))
                        return true;
        }
        return false;
}

static bool unpack_entry(Unpack *unpack, struct archive_entry *entry, GError **error) {
        const char *name = archive_entry_pathname(entry);
        g_autofree char *path = NULL;

        if (!name)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "Entry %" G_GUINT64_FORMAT " has no name",
                            unpack->notes->entries);

        bool done = unpack_path_clean(name, &path, error) &&
                    (is_reserved(path) || make_entry(unpack, entry, path, error));
        if (done)
                return true;

        g_autofree char *shown = g_strescape(name, NULL);
        if (strlen(shown) > 200)
                g_strlcpy(shown + 197, "...", 4);
        return fail_prefix(error, "'%s'", shown);
}

static void set_folder_times(Unpack *unpack) {
        for (guint i = 0; i < unpack->folder_times->len; i++) {
                const FolderTime *folder = &g_array_index(unpack->folder_times, FolderTime, i);
                const char *name = "";
                int parent_fd = unpack->folder_fd;

                /* It may have been replaced by now; then it has no time to be set. */
                if (!*folder->path ||
                    unpack_path_open_parent(unpack->paths, folder->path, false, &parent_fd, &name, NULL))
                        set_time(parent_fd, name, folder->time);
        }
}

bool unpack_layer(struct archive *tar, int folder_fd, const IdMap *map, UnpackNotes *notes, GError **error) {
        g_autoptr(UnpackPath) paths = unpack_path_new(folder_fd);
        g_autoptr(GArray) folder_times = g_array_new(FALSE, FALSE, sizeof(FolderTime));
        Unpack unpack = {tar, folder_fd, paths, map, notes, folder_times};
        struct archive_entry *entry;
        int result;

        g_array_set_clear_func(folder_times, clear_folder_time);
        while ((result = archive_read_next_header(tar, &entry)) != ARCHIVE_EOF) {
                /* A damaged header is "retryable" to libarchive, which would look for the next one. */
                if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
                        return image_stream_fail(tar, "Cannot read the archive", error);
                notes->entries++;
                if (!unpack_entry(&unpack, entry, error))
                        return false;
        }
        set_folder_times(&unpack);
        return true;
}
