/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which subordinate ids a user has: subuid(5), subgid(5), or what the module named on the `subid:` line of
 * nsswitch.conf(5) answers (LDAP, SSSD). */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef enum IdKind { ID_KIND_USER, ID_KIND_GROUP } IdKind;

/* A set of kinds. */
typedef enum IdKinds {
        ID_KINDS_NONE = 0,
        ID_KINDS_USER = 1 << ID_KIND_USER,
        ID_KINDS_GROUP = 1 << ID_KIND_GROUP,
        ID_KINDS_BOTH = ID_KINDS_USER | ID_KINDS_GROUP,
} IdKinds;

typedef struct IdRange {
        guint32 start;
        guint32 count;
} IdRange;

/* The ranges that the text of a subuid(5) file gives to the user, known by name or by uid: all of its lines,
 * in any order. Broken lines are skipped, as newuidmap does. Sorted by start, without overlaps. Caller
 * unrefs. */
GArray *id_ranges_parse(const char *text, const char *user_name, uid_t uid);

/* The ranges of the user, as a GArray of IdRange sorted by start. An empty array means that the lookup
 * *answered* that there are none; a lookup that fails (LDAP down) is an error. Caller unrefs. */
bool id_ranges_load(const char *user_name, uid_t uid, IdKind kind, GArray **ret_ranges, GError **error);

/* The name of a user id, by passwd(5) and NSS; its decimal digits when it has none. Caller frees. */
char *id_ranges_user_name(uid_t uid);
