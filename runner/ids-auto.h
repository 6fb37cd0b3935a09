/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UserNS=auto: a part of the subordinate ids that no other container has. */

#include "runner/ids.h"

/* How many ids the container needs, for its image's passwd(5) and group(5) and at least 1024: a power of two, so that
 * containers of one size have few maps among them, and an image is unpacked for few. A unit begins to look where
 * ids_auto_first() says, so that it finds its volumes with the ids that it gave them; a container without a unit at the lowest
 * part. The first that is free is taken by a lock on as many bytes of a file (fcntl(2), F_OFD_SETLK): it is free again when the last who has RET_FD open
 * is gone, and nothing else remembers it.
 *
 * Runs in:  the runner; needs run->store and, for the size, run->image */
bool ids_auto_take(const Run *run, const IdOwn *own, IdsAuto *ret_auto, int *ret_fd, GError **error);

/* Which of SLOTS parts belongs to UNIT as long as nobody else has it: always the same one. NULL or "": the first. Pure. */
guint32 ids_auto_first(const char *unit, guint32 slots);
