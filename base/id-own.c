/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A line of /etc/subgid for one group that the user is in anyway is there to grant that group, not to be anybody's
 * subordinate one. */

#include "base/id-own.h"

#include "base/id-edit.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

void id_own_free(IdOwn *own) {
        if (!own)
                return;
        g_free(own->name);
        g_clear_pointer(&own->users, g_array_unref);
        g_clear_pointer(&own->groups, g_array_unref);
        g_clear_pointer(&own->granted, g_array_unref);
        g_free(own);
}

/* Takes GID out of the ranges; false when it is in none. */
static bool take_out(GArray *ranges, gid_t gid) {
        for (guint i = 0; i < ranges->len; i++) {
                IdRange range = g_array_index(ranges, IdRange, i);
                if (gid < range.start || gid - range.start >= range.count)
                        continue;
                IdRange before = {range.start, gid - range.start};
                IdRange behind = {gid + 1, range.count - 1 - before.count};
                g_array_remove_index(ranges, i);
                if (behind.count > 0)
                        g_array_insert_val(ranges, i, behind);
                if (before.count > 0)
                        g_array_insert_val(ranges, i, before);
                return true;
        }
        return false;
}

static void find_granted(IdOwn *own) {
        gid_t groups[NGROUPS_MAX];
        int count = getgroups(NGROUPS_MAX, groups);

        for (int i = 0; i < count; i++)
                if (groups[i] != own->gid && take_out(own->groups, groups[i]))
                        g_array_append_val(own->granted, groups[i]);
}

bool id_own_load(const char *user_name, const char *group_name, IdOwn **ret_own, GError **error) {
        g_autoptr(IdOwn) own = g_new0(IdOwn, 1);

        own->uid = getuid();
        own->gid = getgid();
        own->name = id_ranges_user_name(own->uid);
        own->granted = g_array_new(FALSE, FALSE, sizeof(gid_t));
        if (!id_ranges_load(user_name ? user_name : own->name, own->uid, ID_KIND_USER, &own->users, error) ||
            !id_ranges_load(group_name ? group_name : own->name, own->uid, ID_KIND_GROUP, &own->groups,
                            error))
                return false;
        find_granted(own);
        /* One kind without the other is of no use: a map of many users and one group breaks every chown. */
        own->lacking =
                (own->users->len == 0 ? ID_KINDS_USER : 0) | (own->groups->len == 0 ? ID_KINDS_GROUP : 0);
        if (own->lacking) {
                g_array_set_size(own->users, 0);
                g_array_set_size(own->groups, 0);
                g_array_set_size(own->granted, 0);
        }
        *ret_own = g_steal_pointer(&own);
        return true;
}

const char *id_own_tell_lack(IdKinds kinds) {
        return kinds == ID_KINDS_USER
                       ? "You have no subordinate ids for users (/etc/subuid), and those for groups are of no "
                         "use alone"
               : kinds == ID_KINDS_GROUP
                       ? "You have no subordinate ids for groups (/etc/subgid), and those for users are of no "
                         "use alone"
                       : "You have no subordinate ids";
}

void id_own_add_granted(const IdOwn *own, IdMap *map) {
        for (guint i = 0; i < own->granted->len; i++) {
                gid_t gid = g_array_index(own->granted, gid_t, i);
                IdExtent extent = {gid, gid, 1};
                id_edit_insert(map->groups, extent);
        }
}

IdMap *id_own_plan_default(const IdOwn *own) {
        IdMap *map = id_map_plan_default(own->uid, own->gid, own->users, own->groups);

        id_own_add_granted(own, map);
        return map;
}

static GArray *copy_with(const GArray *extents, guint32 own) {
        GArray *copy = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        guint32 next = 0;

        g_array_append_vals(copy, extents->data, extents->len);
        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                next = MAX(next, extent->inside + extent->count);
        }
        if (id_map_inside(extents, own) == G_MAXUINT32) {
                IdExtent extent = {next, own, 1};
                g_array_append_val(copy, extent);
        }
        return copy;
}

IdMap *id_own_add_user(const IdMap *map) {
        IdMap *copy = g_new0(IdMap, 1);

        copy->users = copy_with(map->users, getuid());
        copy->groups = copy_with(map->groups, getgid());
        return copy;
}
