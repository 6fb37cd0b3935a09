/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Id maps of user namespaces that are children of another one than ours: the kernel counts their ids in those of the
 * parent (user_namespaces(7)), we count in the host's. */

#include "base/id-map.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Reads the map of the user namespace that PID is in, its outside ids as we see them. */
bool id_nest_read(pid_t pid, IdMap **ret_map, GError **error);

/* MAP as a process inside the user namespace with the map OWNER has to write it: outside ids become those that OWNER
 * has them as. MAP and OWNER are seen from here; pure. An id that OWNER lacks is an error that names it. */
bool id_nest_plan(const IdMap *map, const IdMap *owner, IdMap **ret_nested, GError **error);

/* Writes NESTED for CHILD, which was born in the user namespace that we have entered: directly, since all capabilities
 * there are ours. */
bool id_nest_write(const IdMap *nested, pid_t child, GError **error);
