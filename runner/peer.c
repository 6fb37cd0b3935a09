/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folders have the names of units, and only their states know the names of containers; there are as many as
 * containers run, so all are looked at. */

#include "runner/peer.h"

#include "base/error.h"

#include <string.h>

#define ALIAS_PREFIX "systemd-"

void peer_clear(Peer *peer) {
        g_clear_pointer(&peer->state, container_state_free);
        g_clear_pointer(&peer->folder, g_free);
}

static bool is_meant(const ContainerState *state, const char *name, bool is_pod) {
        if (state->is_pod != is_pod)
                return false;
        return g_str_equal(state->name, name) || (g_str_has_prefix(name, ALIAS_PREFIX) &&
                                                  g_str_equal(state->name, name + strlen(ALIAS_PREFIX)));
}

bool peer_find(const Session *session, const char *name, bool is_pod, Peer *ret_peer, GError **error) {
        g_autofree char *root = g_build_filename(session->runtime_dir, "wolffia", NULL);
        g_autoptr(GDir) folders = g_dir_open(root, 0, NULL); /* without one nothing runs */
        const char *entry;

        while (folders && (entry = g_dir_read_name(folders))) {
                g_autofree char *folder = g_build_filename(root, entry, NULL);
                g_autoptr(ContainerState) state = NULL;

                /* One that cannot be read is not the one: it is starting, or has just ended. */
                if (!state_load(folder, &state, NULL) || !is_meant(state, name, is_pod) ||
                    !state_is_alive(state))
                        continue;
                ret_peer->state = g_steal_pointer(&state);
                ret_peer->folder = g_steal_pointer(&folder);
                return true;
        }
        return fail(error, WOLFFIA_ERROR_NOT_FOUND, "no %s of the name '%s' runs now",
                    is_pod ? "pod" : "container", name);
}
