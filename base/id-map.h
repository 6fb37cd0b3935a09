/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Id maps of user namespaces: planned as data, written to a child's namespace (user_namespaces(7)). */

#include "base/id-ranges.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct IdExtent {
        guint32 inside;
        guint32 outside; /* as seen by the parent user namespace */
        guint32 count;
} IdExtent;

/* A map for users and one for groups, GArrays of IdExtent, in ascending order of `inside`. */
typedef struct IdMap {
        GArray *users;
        GArray *groups;
} IdMap;

void id_map_free(IdMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdMap, id_map_free)

/* The map that rootless containers start from: 0 is the user, 1 and above are the subordinate ids in
 * ascending order, the same as Podman's, so that volumes can move. With no ranges it has the single id 0. */
IdMap *id_map_plan_default(uid_t uid, gid_t gid, const GArray *user_ranges, const GArray *group_ranges);

/* Looks up the calling user's ranges and plans the default map. */
bool id_map_load_default(IdMap **ret_map, GError **error);

/* Like the default, but the user appears as KEEP_UID and KEEP_GID inside, and subordinate ids fill the rest,
 * 0 first (podman-run(1), --userns=keep-id). Fails when there are no ranges and KEEP_UID or KEEP_GID is not
 * what is asked. */
IdMap *id_map_plan_keep_id(uid_t uid, gid_t gid, guint32 keep_uid, guint32 keep_gid,
                           const GArray *user_ranges, const GArray *group_ranges);

/* The id that OUTSIDE appears as, or inside → outside; G_MAXUINT32 when it is not mapped. */
guint32 id_map_inside(const GArray *extents, guint32 outside);
guint32 id_map_outside(const GArray *extents, guint32 inside);

/* Whether only one user id is mapped. */
bool id_map_is_single(const IdMap *map);

/* A short name for a map's ownership of files: equal maps, equal keys. 12 hexadecimal digits. Caller
 * frees. */
char *id_map_key(const IdMap *map);

/* "0 1000 1\n1 100000 65536\n", the form of /proc/PID/uid_map. Caller frees. */
char *id_map_print(const GArray *extents);

/* The map that id_map_print() has printed. Caller frees. */
IdMap *id_map_parse(const char *users, const char *groups);

/* Writes both maps of CHILD, which has just made its user namespace: directly where that is allowed (a
 * single id, or our own namespace holds the ids), by newuidmap and newgidmap side by side otherwise (2 ms
 * each). */
bool id_map_write(const IdMap *map, pid_t child, GError **error);
