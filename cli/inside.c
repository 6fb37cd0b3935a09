/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/inside.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/containers.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define NOBODY 65534

bool inside_enter(const ContainerState *state, bool files, GError **error) {
        autofd int fd = containers_open_payload(state);

        if (fd < 0)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "'%s' has just ended", state->name);
        if (prctl(PR_SET_DUMPABLE, 0) < 0)
                return fail_errno(error, errno, "Cannot shield the process");
        if (setns(fd, CLONE_NEWUSER | (files ? CLONE_NEWNS : 0)) < 0)
                return fail_errno(error, errno, "Cannot enter the namespaces of '%s'", state->name);
        /* A map of a single id denies setgroups(); then the groups stay as they are. */
        if (setgroups(0, NULL) < 0 && errno != EPERM)
                return fail_errno(error, errno, "Cannot drop groups");
        /* A single id may have another name there, which is ours as well. */
        return ((setresgid(0, 0, 0) == 0 || errno == EINVAL) &&
                (setresuid(0, 0, 0) == 0 || errno == EINVAL)) ||
               fail_errno(error, errno, "Cannot become root of '%s'", state->name);
}

guint32 inside_id(char *const *lines, guint32 outside) {
        for (; *lines; lines++) {
                char *p = *lines;
                guint64 inside = g_ascii_strtoull(p, &p, 10), start = g_ascii_strtoull(p, &p, 10),
                        count = g_ascii_strtoull(p, &p, 10);
                if (outside >= start && outside < start + count)
                        return (guint32) (inside + outside - start);
        }
        return NOBODY;
}

/* As the payload has it: a single id may have another name there than in the container's state. */
static guint32 find_id(const ContainerState *state, const char *kind, guint32 outside) {
        g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int) state->payload, kind), *text = NULL;

        if (!file_read(AT_FDCWD, path, 0, &text, NULL, NULL))
                return 0;
        g_auto(GStrv) lines = g_strsplit(g_strstrip(text), "\n", -1);
        return inside_id(lines, outside);
}

void inside_find_owner(const ContainerState *state, guint32 *ret_uid, guint32 *ret_gid) {
        g_autofree char *path = g_strdup_printf("/proc/%d", (int) state->payload);
        struct stat status;

        *ret_uid = *ret_gid = 0;
        if (stat(path, &status) < 0)
                return;
        *ret_uid = find_id(state, "uid_map", status.st_uid);
        *ret_gid = find_id(state, "gid_map", status.st_gid);
}
