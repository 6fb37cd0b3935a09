/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes to one half of an id map, a GArray of IdExtent in ascending order of `inside`. Pure. */

#include "base/id-map.h"

/* Puts EXTENT in; what the map had for any of its ids, on either side, goes. */
void id_edit_insert(GArray *extents, IdExtent extent);

/* Gives what is left of POOL (its ids of the host, in that order) to the inside ids that EXTENTS does not have, from 0 on. */
void id_edit_fill(GArray *extents, const GArray *pool);

/* Keeps inside ids below SIZE only. */
void id_edit_limit(GArray *extents, guint32 size);

/* How many ids there are. */
guint64 id_edit_count(const GArray *extents);

/* Appends to RESULT the extents that show COUNT ids from INSIDE on as what THROUGH has for FROM, FROM + 1 and so on.
 * Returns how many it found in a row. */
guint32 id_edit_compose(const GArray *through, guint32 inside, guint32 from, guint32 count, GArray *result);
