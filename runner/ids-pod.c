/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* podman-pod-create(1), --userns: all containers of a pod have the pod's ids. */

#include "runner/ids-pod.h"

#include "base/error.h"
#include "runner/peer.h"

static bool has_own_ids(const ContainerSpec *spec) {
        return spec->user_namespace || spec->user_maps->len > 0 || spec->group_maps->len > 0;
}

bool ids_pod_find(const Run *run, IdMap **ret_map, GError **error) {
        g_autoptr(GError) reason = NULL;
        Peer pod = {0};

        *ret_map = NULL;
        if (!run->spec->pod || has_own_ids(run->spec))
                return true;
        if (!peer_find(&run->session, run->spec->pod, true, &pod, &reason)) {
                if (g_error_matches(reason, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                        return true;
                g_propagate_error(error, g_steal_pointer(&reason));
                return false;
        }
        g_autofree char *users = g_strjoinv("\n", pod.state->users);
        g_autofree char *groups = g_strjoinv("\n", pod.state->groups);
        *ret_map = id_map_parse(users, groups);
        peer_clear(&pod);
        return true;
}
