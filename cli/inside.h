/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Entering namespaces of a container that runs, for looking at its files. Commands of the image never run so: that is
 * runner/exec-serve.c's, with cgroup, capabilities and filter. */

#include "runner/state.h"

#include <glib.h>
#include <stdbool.h>

/* Makes this process root of the container's user namespace, and with FILES "/" that of the container. It is not in the
 * container's pid namespace, so the payload does not see it.
 *
 * Needs:    a process without threads, and nothing open that the payload must not get */
bool inside_enter(const ContainerState *state, bool files, GError **error);

/* The id inside that a process has; 65534 when it has none. LINES are state->users or state->groups. */
guint32 inside_id(char *const *lines, guint32 outside);

/* The ids of the payload, inside. */
void inside_find_owner(const ContainerState *state, guint32 *ret_uid, guint32 *ret_gid);
