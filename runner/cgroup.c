/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The supervisor stays in the unit's cgroup itself: cgroup v2 forbids that only where controllers are handed
 * on. */

#include "runner/cgroup.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

/* cgroups(7): the line of the unified hierarchy is "0::PATH". */
static bool find_own_path(char **ret_path, GError **error) {
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

static bool make_fresh(int parent_fd, char **ret_name, GError **error) {
        g_autofree char *name = g_strdup("payload");

        for (unsigned i = 2; mkdirat(parent_fd, name, 0755) < 0; i++) {
                if (errno != EEXIST)
                        return fail_errno(error, errno, "Cannot make a cgroup for the payload");
                /* What an earlier life left is in the way only if it cannot be removed. */
                if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0)
                        continue;
                if (i > 1000)
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "A thousand cgroups of earlier lives are in the way; restart the user manager");
                g_free(name);
                name = g_strdup_printf("payload-%u", i);
        }
        *ret_name = g_steal_pointer(&name);
        return true;
}

bool cgroup_make(const char *unit, int *ret_fd, GError **error) {
        g_autofree char *path = NULL;
        if (!find_own_path(&path, error))
                return false;

        *ret_fd = -1;
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
