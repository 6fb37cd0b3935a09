/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An extent of the inner map may lie across several extents of the outer one, so it is cut where they end. */

#include "base/id-nest.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static GArray *parse(const char *text) {
        GArray *extents = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (char **line = lines; *line; line++) {
                IdExtent extent;
                if (sscanf(*line, "%u %u %u", &extent.inside, &extent.outside, &extent.count) == 3)
                        g_array_append_val(extents, extent);
        }
        return extents;
}

bool id_nest_read(pid_t pid, IdMap **ret_map, GError **error) {
        g_autofree char *user_path = g_strdup_printf("/proc/%d/uid_map", (int) pid);
        g_autofree char *group_path = g_strdup_printf("/proc/%d/gid_map", (int) pid);
        g_autofree char *users = NULL, *groups = NULL;

        if (!file_read(AT_FDCWD, user_path, 0, &users, NULL, error) ||
            !file_read(AT_FDCWD, group_path, 0, &groups, NULL, error))
                return false;
        *ret_map = g_new0(IdMap, 1);
        (*ret_map)->users = parse(users);
        (*ret_map)->groups = parse(groups);
        return true;
}

static const IdExtent *find_extent(const GArray *extents, guint32 outside) {
        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                if (outside >= extent->outside && outside - extent->outside < extent->count)
                        return extent;
        }
        return NULL;
}

static bool nest(const char *kind, const GArray *extents, const GArray *owner, GArray **ret_nested,
                 GError **error) {
        g_autoptr(GArray) nested = g_array_new(FALSE, FALSE, sizeof(IdExtent));

        for (guint i = 0; i < extents->len; i++) {
                IdExtent rest = g_array_index(extents, IdExtent, i);
                while (rest.count > 0) {
                        const IdExtent *outer = find_extent(owner, rest.outside);
                        if (!outer)
                                return fail(
                                        error, WOLFFIA_ERROR_UNSUPPORTED,
                                        "The container's %s id %u (%u on the host) is not in the user namespace that it has to "
                                        "share a network with",
                                        kind, rest.inside, rest.outside);
                        guint32 skipped = rest.outside - outer->outside;
                        IdExtent part = {rest.inside, outer->inside + skipped,
                                         MIN(rest.count, outer->count - skipped)};
                        g_array_append_val(nested, part);
                        rest.inside += part.count;
                        rest.outside += part.count;
                        rest.count -= part.count;
                }
        }
        *ret_nested = g_steal_pointer(&nested);
        return true;
}

bool id_nest_plan(const IdMap *map, const IdMap *owner, IdMap **ret_nested, GError **error) {
        g_autoptr(IdMap) nested = g_new0(IdMap, 1);

        if (!nest("user", map->users, owner->users, &nested->users, error) ||
            !nest("group", map->groups, owner->groups, &nested->groups, error))
                return false;
        *ret_nested = g_steal_pointer(&nested);
        return true;
}

static bool write_extents(const GArray *extents, pid_t child, const char *name, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int) child, name);
        g_autofree char *text = id_map_print(extents);

        autofd int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, text, strlen(text)) < 0)
                return fail_errno(error, errno, "Cannot write %s", path);
        return true;
}

bool id_nest_write(const IdMap *nested, pid_t child, GError **error) {
        return write_extents(nested->users, child, "uid_map", error) &&
               write_extents(nested->groups, child, "gid_map", error);
}
