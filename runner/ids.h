/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which ids the container has: UserNS=, UIDMap= and their like. */

#include "runner/run.h"

/* Plans the map that is asked for from the user's ids, read anew at each start. Needs run->image.
 *
 * Runs in:  the runner
 * Leaves:   run->map, run->map_key, run->has_user, run->granted; run->ids_fd with UserNS=auto */
bool ids_choose(Run *run, GError **error);

/* The plan without the lookup; pure. AUTO is where UserNS=auto begins in the subordinate ids, and SIZE how many it has. */
typedef struct IdsAuto {
        guint32 start, size;
} IdsAuto;
bool ids_plan(const ContainerSpec *spec, const IdOwn *own, const IdsAuto *automatic, IdMap **ret_map,
              GError **error);
