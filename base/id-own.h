/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All the ids that the calling user has: the own ones, subordinate ranges, and groups of the host. */

#include "base/id-map.h"

typedef struct IdOwn {
        uid_t uid;
        gid_t gid;
        char *name;
        GArray *users; /* of IdRange: subordinate ids; empty where the lookup answered that one of the kinds has none */
        GArray *groups;  /* without what is in `granted` */
        IdKinds lacking; /* which have none */
        GArray *granted; /* of gid_t: groups of the host that the user is in and that /etc/subgid grants: they are mapped
                            1:1, so that they show, and work */
} IdOwn;

/* Asks for the ranges of the caller, or, where they are not NULL, of what else /etc/subuid and /etc/subgid have
 * (podman-run(1), --subuidname). A lookup that fails is an error. */
bool id_own_load(const char *user_name, const char *group_name, IdOwn **ret_own, GError **error);
void id_own_free(IdOwn *own);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdOwn, id_own_free)

/* What a user who lacks ids of KINDS is told: "You have no subordinate ids". */
const char *id_own_tell_lack(IdKinds kinds);

/* The map that rootless containers start from: 0 is the user, 1 and above the subordinate ids, and granted groups as they
 * are. */
IdMap *id_own_plan_default(const IdOwn *own);

/* Adds the granted groups to a map. */
void id_own_add_granted(const IdOwn *own, IdMap *map);

/* A copy of MAP in which the user appears, under an id that nobody else has, so that its root has a way to the user's
 * files. */
IdMap *id_own_add_user(const IdMap *map);
