/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Planning is pure; id_map_write() at the end is all that touches the kernel. */

#include "base/id-map.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id-own.h"
#include "base/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

void id_map_free(IdMap *map) {
        if (!map)
                return;
        g_clear_pointer(&map->users, g_array_unref);
        g_clear_pointer(&map->groups, g_array_unref);
        g_free(map);
}

static void add_extent(GArray *extents, guint32 inside, guint32 outside, guint32 count) {
        if (count == 0)
                return;
        IdExtent extent = {inside, outside, count};
        g_array_append_val(extents, extent);
}

/* Inside ids from FIRST on get the ranges in ascending order; the user's own id sits at KEEP. The kernel
 * refuses overlaps on either side, so a range that holds the user's own id is cut there. */
static GArray *plan_extents(guint32 own, guint32 keep, const GArray *ranges) {
        GArray *extents = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        guint32 next = 0;
        bool kept = false;

        for (guint i = 0; i < ranges->len; i++) {
                IdRange range = g_array_index(ranges, IdRange, i);
                while (range.count > 0) {
                        if (!kept && next == keep) {
                                add_extent(extents, keep, own, 1);
                                kept = true;
                                next++;
                                continue;
                        }
                        guint32 count = !kept && keep - next < range.count ? keep - next : range.count;
                        if (own >= range.start && own - range.start < count)
                                count = own - range.start;
                        if (count == 0) { /* the range begins with the user's own id */
                                range.start++;
                                range.count--;
                                continue;
                        }
                        add_extent(extents, next, range.start, count);
                        next += count;
                        range.start += count;
                        range.count -= count;
                }
        }
        if (!kept)
                add_extent(extents, keep, own, 1);
        return extents;
}

IdMap *id_map_plan_keep_id(uid_t uid, gid_t gid, guint32 keep_uid, guint32 keep_gid,
                           const GArray *user_ranges, const GArray *group_ranges) {
        IdMap *map = g_new0(IdMap, 1);

        map->users = plan_extents(uid, keep_uid, user_ranges);
        map->groups = plan_extents(gid, keep_gid, group_ranges);
        return map;
}

IdMap *id_map_plan_default(uid_t uid, gid_t gid, const GArray *user_ranges, const GArray *group_ranges) {
        return id_map_plan_keep_id(uid, gid, 0, 0, user_ranges, group_ranges);
}

bool id_map_load_default(IdMap **ret_map, GError **error) {
        g_autoptr(IdOwn) own = NULL;

        if (!id_own_load(NULL, NULL, &own, error))
                return false;
        *ret_map = id_own_plan_default(own);
        return true;
}

guint32 id_map_inside(const GArray *extents, guint32 outside) {
        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                if (outside >= extent->outside && outside - extent->outside < extent->count)
                        return extent->inside + (outside - extent->outside);
        }
        return G_MAXUINT32;
}

guint32 id_map_outside(const GArray *extents, guint32 inside) {
        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                if (inside >= extent->inside && inside - extent->inside < extent->count)
                        return extent->outside + (inside - extent->inside);
        }
        return G_MAXUINT32;
}

bool id_map_is_single(const IdMap *map) {
        return map->users->len == 1 && g_array_index(map->users, IdExtent, 0).count == 1;
}

char *id_map_print(const GArray *extents) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                g_string_append_printf(text, "%u %u %u\n", extent->inside, extent->outside, extent->count);
        }
        return g_string_free(text, FALSE);
}

static GArray *parse_extents(const char *text) {
        GArray *extents = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        IdExtent extent;
        int size;

        for (; sscanf(text, "%u %u %u%n", &extent.inside, &extent.outside, &extent.count, &size) == 3;
             text += size)
                g_array_append_val(extents, extent);
        return extents;
}

IdMap *id_map_parse(const char *users, const char *groups) {
        IdMap *map = g_new0(IdMap, 1);

        map->users = parse_extents(users);
        map->groups = parse_extents(groups);
        return map;
}

char *id_map_key(const IdMap *map) {
        g_autofree char *users = id_map_print(map->users), *groups = id_map_print(map->groups);
        g_autofree char *both = g_strconcat(users, "-\n", groups, NULL);
        char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, both, -1);

        digest[12] = '\0';
        return digest;
}

static bool write_proc_file(pid_t child, const char *name, const char *text, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int) child, name);

        autofd int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);
        /* The kernel takes the whole map in one write, and only once. */
        if (write(fd, text, strlen(text)) < 0)
                return fail_errno(error, errno, "Cannot write %s", path);
        return true;
}

static bool write_directly(const IdMap *map, pid_t child, GError **error) {
        g_autofree char *users = id_map_print(map->users), *groups = id_map_print(map->groups);

        /* Since Linux 3.19 a gid map may be written without privilege only where setgroups() is given up. */
        if (geteuid() != 0 && !write_proc_file(child, "setgroups", "deny", error))
                return false;
        return write_proc_file(child, "uid_map", users, error) &&
               write_proc_file(child, "gid_map", groups, error);
}

static bool start_helper(const char *program, pid_t child, const GArray *extents, Process *ret_process,
                         GError **error) {
        g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

        g_ptr_array_add(argv, g_strdup(program));
        g_ptr_array_add(argv, g_strdup_printf("%d", (int) child));
        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                g_ptr_array_add(argv, g_strdup_printf("%u", extent->inside));
                g_ptr_array_add(argv, g_strdup_printf("%u", extent->outside));
                g_ptr_array_add(argv, g_strdup_printf("%u", extent->count));
        }
        g_ptr_array_add(argv, NULL);
        return process_start((const char *const *) argv->pdata, &PROCESS_FILES_NONE, ret_process, error);
}

/* Row U5. Both helpers are old friends with many ways to be broken, whose cause is outside of them, whatever their own words are:
 * the text names the one at hand. */
static bool explain_helper(const char *program, GError **error) {
        g_autofree char *path = process_find_program(program);
        struct statvfs mounted;
        struct stat status;

        if (!path)
                return fail_prefix(
                        error, "Cannot map subordinate ids; install them with 'sudo apt install uidmap'");
        bool is_setuid = stat(path, &status) == 0 && (status.st_mode & S_ISUID) && status.st_uid == 0;
        if (!is_setuid && getxattr(path, "security.capability", NULL, 0) <= 0)
                return fail_prefix(
                        error,
                        "%s has lost its privilege (neither setuid of root nor file capabilities; "
                        "'sudo apt install --reinstall uidmap' puts it back)",
                        path);
        if (statvfs(path, &mounted) == 0 && (mounted.f_flag & ST_NOSUID))
                return fail_prefix(
                        error,
                        "%s has no privilege, since it lies on a file system that is mounted nosuid "
                        "('findmnt --target %s' shows it); the administrator mounts it without that",
                        path, path);
        return fail_prefix(error, "Cannot map the subordinate ids of /etc/subuid and /etc/subgid");
}

bool id_map_write(const IdMap *map, pid_t child, GError **error) {
        if (id_map_is_single(map) || geteuid() == 0)
                return write_directly(map, child, error);

        Process users = PROCESS_NONE, groups = PROCESS_NONE;
        if (!start_helper("newuidmap", child, map->users, &users, error))
                return explain_helper("newuidmap", error);
        if (!start_helper("newgidmap", child, map->groups, &groups, error)) {
                process_abandon(&users);
                return explain_helper("newgidmap", error);
        }
        if (!process_finish(&users, NULL, error)) {
                process_abandon(&groups);
                return explain_helper("newuidmap", error);
        }
        if (!process_finish(&groups, NULL, error))
                return explain_helper("newgidmap", error);
        return true;
}
