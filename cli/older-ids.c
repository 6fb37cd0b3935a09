/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/older-ids.h"

/* Beginning and end of each extent: ranges have no holes within. */
static bool are_ours(const GArray *now, char **lines) {
        g_autofree char *text = g_strjoinv("\n", lines);
        g_autoptr(IdMap) map = id_map_parse(text, text);

        for (guint i = 0; i < map->users->len; i++) {
                const IdExtent *extent = &g_array_index(map->users, IdExtent, i);
                if (extent->count > 0 &&
                    (id_map_inside(now, extent->outside) == G_MAXUINT32 ||
                     id_map_inside(now, extent->outside + extent->count - 1) == G_MAXUINT32))
                        return false;
        }
        return true;
}

bool older_ids_check(const IdMap *now, const ContainerState *state) {
        return now && state &&
               (!are_ours(now->users, state->users) || !are_ours(now->groups, state->groups));
}
