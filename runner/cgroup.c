/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The supervisor stays in the unit's cgroup itself: cgroup v2 forbids that only where controllers are handed
 * on. */

#include "runner/cgroup.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CGROUP_ROOT     "/sys/fs/cgroup"
#define SUBTREE_CONTROL "cgroup.subtree_control"
#define MOST_LEFTOVERS  1000

/* cgroups(7): the line of the unified hierarchy is "0::PATH". */
bool cgroup_find_own_path(char **ret_path, GError **error) {
        g_autofree char *text = NULL;

        if (!file_read(AT_FDCWD, "/proc/self/cgroup", 0, &text, NULL, error))
                return false;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++)
                if (g_str_has_prefix(*line, "0::")) {
                        *ret_path = g_strconcat(CGROUP_ROOT, *line + strlen("0::"), NULL);
                        return true;
                }
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "The runner is in no cgroup of the unified hierarchy");
}

/* A generated unit says Delegate=yes. By hand the runner is in somebody else's cgroup, which it may divide
 * only where systemd has marked it (since version 251, and where the kernel takes user attributes on
 * cgroups). */
static bool is_delegated(const char *unit, int cgroup_fd) {
        char value[2];

        if (unit && *unit)
                return true;
        return fgetxattr(cgroup_fd, "user.delegate", value, sizeof value) == 1 && value[0] == '1';
}

static bool write_value(int cgroup_fd, const char *name, const char *value) {
        autofd int fd = openat(cgroup_fd, name, O_WRONLY | O_CLOEXEC);

        return fd >= 0 && write(fd, value, strlen(value)) == (ssize_t) strlen(value);
}

/* Caller frees. */
static char *print_name(unsigned number) {
        return number == 1 ? g_strdup("payload") : g_strdup_printf("payload-%u", number);
}

static bool make_fresh(int parent_fd, char **ret_name, GError **error) {
        g_autofree char *name = print_name(1);

        for (unsigned i = 2; mkdirat(parent_fd, name, 0755) < 0; i++) {
                if (errno != EEXIST)
                        return fail_errno(error, errno, "Cannot make a cgroup for the payload");
                /* What an earlier life left is in the way only if it cannot be removed. */
                if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0)
                        continue;
                if (i > MOST_LEFTOVERS)
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "A thousand cgroups of earlier lives are in the way; restart the user manager");
                g_free(name);
                name = print_name(i);
        }
        *ret_name = g_steal_pointer(&name);
        return true;
}

static bool is_unified(void) {
        struct statfs status;

        return statfs(CGROUP_ROOT, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

bool cgroup_make(const char *unit, int *ret_fd, GError **error) {
        g_autofree char *path = NULL;

        *ret_fd = -1;
        if (!is_unified())
                return !(unit && *unit) ||
                       fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "This host has its cgroups in version 1, where users cannot be given any; boot it with "
                            "'systemd.unified_cgroup_hierarchy=1 cgroup_no_v1=all' on the kernel's command line");
        if (!cgroup_find_own_path(&path, error))
                return false;
        autofd int own_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (own_fd < 0)
                return fail_errno(error, errno, "Cannot open the cgroup %s", path);
        if (!is_delegated(unit, own_fd))
                return true;

        g_autofree char *name = NULL;
        if (!make_fresh(own_fd, &name, error)) {
                if (g_error_matches(*error, ERRNO_ERROR, EACCES))
                        return fail_prefix(
                                error,
                                "The unit's cgroup is not delegated; write Delegate=yes into [Service], or "
                                "remove what overrides it ('systemctl --user cat %s' shows it)",
                                unit);
                return false;
        }
        int fd = openat(own_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the cgroup %s/%s", path, name);
        *ret_fd = fd;
        return true;
}

/* SIGN is that of cgroups(7): '+' or '-'. What is refused stays as it was. */
static void switch_controllers(int cgroup_fd, const char *names, char sign) {
        g_auto(GStrv) controllers = g_strsplit_set(names, " \n", -1);

        for (char **controller = controllers; *controller; controller++) {
                g_autofree char *word = g_strdup_printf("%c%s", sign, *controller);
                (void) (**controller && write_value(cgroup_fd, SUBTREE_CONTROL, word));
        }
}

bool cgroup_divide(int payload_fd, GError **error) {
        g_autofree char *names = NULL;

        autofd int unit_fd = openat(payload_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (unit_fd < 0 || (mkdirat(unit_fd, "supervisor", 0755) < 0 && errno != EEXIST))
                return fail_errno(error, errno, "Cannot make a cgroup for the supervisor");
        if (!write_value(unit_fd, "supervisor/cgroup.procs", "0"))
                return fail_errno(error, errno, "Cannot move the supervisor into a cgroup of its own");
        if (!file_read(unit_fd, "cgroup.controllers", 4096, &names, NULL, error))
                return false;

        switch_controllers(unit_fd, names, '+');
        return true;
}

void cgroup_undivide(int unit_fd) {
        g_autofree char *names = NULL;

        if (file_read(unit_fd, SUBTREE_CONTROL, 4096, &names, NULL, NULL))
                switch_controllers(unit_fd, names, '-');
}

bool cgroup_has_leftovers(int payload_fd) {
        struct stat own, first;

        /* The first name is taken whenever it is free. */
        return fstat(payload_fd, &own) == 0 && fstatat(payload_fd, "../payload", &first, 0) == 0 &&
               own.st_ino != first.st_ino;
}

bool cgroup_remove(int parent_fd, const char *name) {
        autodir DIR *folder = folder_open(parent_fd, name, O_NOFOLLOW);
        struct dirent *entry;

        /* Hidden ones too: a systemd inside has `.control` in cgroups that it delegates. */
        while ((entry = folder_next(folder)))
                if (entry->d_type == DT_DIR)
                        (void) cgroup_remove(dirfd(folder), entry->d_name);
        return unlinkat(parent_fd, name, AT_REMOVEDIR) == 0;
}

void cgroup_remove_leftovers(int payload_fd) {
        struct stat own, other;

        autofd int unit_fd = openat(payload_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (unit_fd < 0 || fstat(payload_fd, &own) < 0)
                return;
        for (unsigned i = 1; i <= MOST_LEFTOVERS; i++) {
                g_autofree char *name = print_name(i);
                if (fstatat(unit_fd, name, &other, 0) < 0)
                        return;
                if (other.st_ino != own.st_ino)
                        (void) cgroup_remove(unit_fd, name);
        }
}
