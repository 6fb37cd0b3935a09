/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UIDMap=, GIDMap=: [FLAGS]CONTAINER:[@]FROM[:AMOUNT] (podman-run(1), --uidmap). */

#include <glib.h>
#include <stdbool.h>

typedef struct IdMapping {
        guint32 inside;
        guint32 from;
        guint32 count;
        bool is_host; /* @: FROM is an id of the host; otherwise 0 is the user and 1 the first subordinate id */
        bool is_extension; /* +: on top of the usual map, instead of in its place */
        bool for_users;    /* u: for user ids, in a GIDMap= */
        bool for_groups;   /* g: for group ids, in a UIDMap= */
} IdMapping;

bool value_idmap_parse(const char *text, IdMapping *ret_mapping, GError **error);
