/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Archives are written folder by folder, so the last parent is kept open: most entries cost no walk at all. */

#include "image/unpack-path.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

/* file_remove_tree() holds two descriptors per level, of 1024. */
enum { DEPTH_MAX = 256 };

struct UnpackPath {
        int folder_fd;
        int parent_fd; /* of the folder `parent`; -1 when none is kept */
        char *parent;
};

UnpackPath *unpack_path_new(int folder_fd) {
        UnpackPath *paths = g_new0(UnpackPath, 1);

        paths->folder_fd = folder_fd;
        paths->parent_fd = -1;
        return paths;
}

void unpack_path_forget(UnpackPath *paths) {
        cleanup_fd(&paths->parent_fd);
        g_clear_pointer(&paths->parent, g_free);
}

void unpack_path_free(UnpackPath *paths) {
        if (!paths)
                return;
        unpack_path_forget(paths);
        g_free(paths);
}

bool unpack_path_clean(const char *name, char **ret_path, GError **error) {
        GString *path = g_string_sized_new(strlen(name));
        int depth = 0;

        for (const char *rest = name; *rest;) {
                size_t length = strcspn(rest, "/");

                if (length == 2 && rest[0] == '.' && rest[1] == '.')
                        depth = DEPTH_MAX + 1;
                if (length > 0 && !(length == 1 && rest[0] == '.')) {
                        if (path->len > 0)
                                g_string_append_c(path, '/');
                        g_string_append_len(path, rest, (gssize) length);
                        depth++;
                }
                if (depth > DEPTH_MAX) {
                        bool upwards = length == 2 && strncmp(rest, "..", 2) == 0;
                        g_string_free(path, TRUE);
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    upwards ? "its path leads upwards with '..'"
                                            : "its path is nested too deeply");
                }
                rest += length;
                rest += strspn(rest, "/");
        }
        *ret_path = g_string_free(path, FALSE);
        return true;
}

bool unpack_path_is_whiteout(int parent_fd, const char *name) {
        struct stat status;

        return fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(status.st_mode) &&
               status.st_rdev == makedev(0, 0);
}

bool unpack_path_set_opaque(int folder_fd, const char *path, GError **error) {
        /* "user.", not "trusted.": the mount option is userxattr. */
        if (fsetxattr(folder_fd, "user.overlay.opaque", "y", 1, 0) < 0)
                return fail_errno(error, errno, "Cannot mark the folder '%s' as opaque", path);
        return true;
}

static int open_beneath(int folder_fd, const char *path) {
        struct open_how how = {
                .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
        };

        return (int) syscall(SYS_openat2, folder_fd, *path ? path : ".", &how, sizeof how);
}

static bool make_folder(int parent_fd, const char *name, bool whiteout, GError **error) {
        if (whiteout && unlinkat(parent_fd, name, 0) < 0)
                return fail_errno(error, errno, "Cannot remove the whiteout '%s'", name);
        if (mkdirat(parent_fd, name, 0755) < 0)
                return fail_errno(error, errno, "Cannot make the folder '%s'", name);
        return true;
}

/* One component further down, into a folder that is made if need be. */
static bool descend(int parent_fd, const char *name, int *ret_fd, GError **error) {
        int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        bool whiteout = false;

        int fd = openat(parent_fd, name, flags);
        if (fd < 0 && (errno == ENOENT ||
                       (errno == ENOTDIR && (whiteout = unpack_path_is_whiteout(parent_fd, name))))) {
                if (!make_folder(parent_fd, name, whiteout, error))
                        return false;
                fd = openat(parent_fd, name, flags);
        }
        if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' on its path is a link or a file, not a folder",
                            name);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder '%s'", name);
        *ret_fd = fd;
        return !whiteout || unpack_path_set_opaque(fd, name, error);
}

static bool make_beneath(int folder_fd, const char *path, int *ret_fd, GError **error) {
        g_auto(GStrv) components = g_strsplit(path, "/", -1);
        autofd int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the layer's folder");
        for (char **component = components; *component; component++) {
                int next_fd = -1;
                bool done = descend(fd, *component, &next_fd, error);
                cleanup_fd(&fd);
                fd = next_fd;
                if (!done)
                        return false;
        }
        *ret_fd = steal_fd(&fd);
        return true;
}

bool unpack_path_open_parent(UnpackPath *paths, const char *path, bool make, int *ret_fd,
                             const char **ret_name, GError **error) {
        const char *slash = strrchr(path, '/');
        g_autofree char *parent = slash ? g_strndup(path, (size_t) (slash - path)) : g_strdup("");

        *ret_name = slash ? slash + 1 : path;
        if (paths->parent_fd >= 0 && g_str_equal(paths->parent, parent)) {
                *ret_fd = paths->parent_fd;
                return true;
        }

        unpack_path_forget(paths);
        int fd = open_beneath(paths->folder_fd, parent);
        if (fd < 0 && errno == ENAMETOOLONG)
                return fail_errno(error, errno, "Cannot open its folder");
        if (fd < 0 && !make)
                return fail(error, WOLFFIA_ERROR_VALUE, "its folder '%s' is not in this layer", parent);
        if (fd < 0 && !make_beneath(paths->folder_fd, parent, &fd, error))
                return false;
        paths->parent_fd = fd;
        paths->parent = g_steal_pointer(&parent);
        *ret_fd = fd;
        return true;
}
