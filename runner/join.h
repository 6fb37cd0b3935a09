/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Taking part in the namespaces of another container (Network=container:NAME) or of a pod (Pod=).
 *
 * Who joins a network lives in a user namespace below that of its owner, which the kernel asks for. So the container has
 * all its own rights over what is its own, and none over what is shared. */

#include "runner/run.h"

/* Finds out who is joined, adds what a pod says for its members to the spec, and opens what is shared. Does nothing for
 * other containers.
 *
 * Runs in:  the runner, after network_choose()
 * Leaves:   run->owner, for namespaces_spawn_inside(); run->peer_name; run->owner_fd, by which the supervisor sees the owner's
 *           end */
bool join_find(Run *run, GError **error);
