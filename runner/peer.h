/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Other containers and pods of the user that run now, found by name in the runtime folder (runner/state.h). */

#include "runner/session.h"
#include "runner/state.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Peer {
        ContainerState *state;
        char *folder; /* its runtime folder */
} Peer;

void peer_clear(Peer *peer);

/* Finds the pod, or the container, that NAME means; "systemd-NAME", Quadlet's default, means the same. One that does not
 * run is WOLFFIA_ERROR_NOT_FOUND. */
bool peer_find(const Session *session, const char *name, bool is_pod, Peer *ret_peer, GError **error);
