/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A missing component is made by name in the folder above it, which is open already: the name is a plain
 * one, so no link is followed between looking and making. */

#include "runner/beneath.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int open_in_root(int root_fd, const char *path, guint64 flags) {
        struct open_how how = {
                .flags = flags | O_CLOEXEC,
                .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
        };

        /* EAGAIN: something was renamed or mounted anywhere on this host during a ".." that only the kernel sees;
         * openat2(2) says to try again. On a busy host that takes more than a few tries. */
        for (int tries = 0; tries < 1000; tries++) {
                long fd = syscall(SYS_openat2, root_fd, path, &how, sizeof how);
                if (fd >= 0 || errno != EAGAIN)
                        return (int) fd;
        }
        return -1;
}

bool beneath_open(int root_fd, const char *path, int *ret_fd, GError **error) {
        int fd = open_in_root(root_fd, path, O_PATH);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s in the container", path);
        *ret_fd = fd;
        return true;
}

bool beneath_open_folder(int root_fd, const char *path, int *ret_fd, GError **error) {
        int fd = open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder %s in the container", path);
        *ret_fd = fd;
        return true;
}

bool beneath_read(int root_fd, const char *path, int *ret_fd, GError **error) {
        int fd = open_in_root(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot read %s in the container", path);
        *ret_fd = fd;
        return true;
}

/* Makes NAME in the open folder and returns it open, never through a link. */
static int make_component(int folder_fd, const char *name, BeneathKind kind) {
        if (kind == BENEATH_FOLDER) {
                if (mkdirat(folder_fd, name, 0755) < 0 && errno != EEXIST)
                        return -1;
        } else {
                autofd int made_fd =
                        openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
                if (made_fd < 0 && errno != EEXIST)
                        return -1;
        }
        return openat(folder_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* What a link (open with O_PATH | O_NOFOLLOW) says, as a path below the root: FOLDER is where it lies, REST what
 * comes behind it. Caller frees; NULL when it is no link. */
static char *read_link(int fd, const char *folder, const char *rest) {
        char target[PATH_MAX];
        ssize_t size = readlinkat(fd, "", target, sizeof target - 1);

        if (size <= 0)
                return NULL;
        target[size] = '\0';
        return g_strjoin("/", target[0] == '/' ? "" : folder, target, rest, NULL);
}

/* LINKS: how many dangling ones may still be followed. The kernel follows the others. */
static bool make_beneath(int root_fd, const char *path, BeneathKind kind, unsigned links, int *ret_fd,
                         GError **error) {
        g_auto(GStrv) parts = g_strsplit(path, "/", -1);
        g_autoptr(GString) walked = g_string_new("");
        autofd int folder_fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 3);

        for (char **part = parts; *part; part++) {
                g_autofree char *above = g_strdup(walked->str), *rest = g_strjoinv("/", part + 1);
                if (**part == '\0' || g_str_equal(*part, "."))
                        continue;
                g_string_append_printf(walked, "/%s", *part);
                int next_fd = open_in_root(root_fd, walked->str, O_PATH);
                if (next_fd < 0 && errno == ENOENT)
                        next_fd = make_component(folder_fd, *part, *rest ? BENEATH_FOLDER : kind);
                if (next_fd < 0)
                        return fail_errno(error, errno, "Cannot make the mount point %s in the container",
                                          path);
                cleanup_fd(&folder_fd);
                folder_fd = next_fd;

                /* A link that dangles: O_NOFOLLOW opened the link itself. What it names is made, in the root. */
                g_autofree char *target = read_link(folder_fd, above, rest);
                if (target && links == 0)
                        return fail_errno(error, ELOOP, "Cannot make the mount point %s in the container",
                                          path);
                if (target)
                        return make_beneath(root_fd, target, kind, links - 1, ret_fd, error);
        }
        *ret_fd = steal_fd(&folder_fd);
        return true;
}

bool beneath_make(int root_fd, const char *path, BeneathKind kind, int *ret_fd, GError **error) {
        int existing_fd = open_in_root(root_fd, path, O_PATH);
        if (existing_fd >= 0) {
                *ret_fd = existing_fd;
                return true;
        }
        if (errno != ENOENT)
                return fail_errno(error, errno, "Cannot open %s in the container", path);
        return make_beneath(root_fd, path, kind, 40, ret_fd, error);
}

bool beneath_make_on_link(int root_fd, const char *path, int *ret_fd, GError **error) {
        int existing_fd = open_in_root(root_fd, path, O_PATH | O_NOFOLLOW);

        if (existing_fd < 0)
                return beneath_make(root_fd, path, BENEATH_FILE, ret_fd, error);
        *ret_fd = existing_fd;
        return true;
}

bool beneath_link(int root_fd, const char *path, const char *target, GError **error) {
        g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);

        autofd int folder_fd = -1;
        if (!beneath_make(root_fd, folder, BENEATH_FOLDER, &folder_fd, error))
                return false;
        if (symlinkat(target, folder_fd, name) < 0 && errno != EEXIST)
                return fail_errno(error, errno, "Cannot link %s in the container", path);
        return true;
}
