/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The owner's first process stands for its namespaces: its state names it, with its start time. */

#include "runner/join.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/peer.h"
#include "runner/pod-memory.h"
#include "runner/pod.h"
#include "spec/value-network.h"

#include <fcntl.h>
#include <sys/pidfd.h>
#include <unistd.h>

static const char *wanted_name(const Run *run, const NetworkMode *mode) {
        return run->spec->pod ? run->spec->pod : mode->name;
}

static bool find_peer(const Run *run, Peer *ret_peer, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;
        bool is_pod = run->spec->pod != NULL;

        if (!is_pod && !value_network_parse(run->spec->networks->pdata[0], &mode, error))
                return false;
        if (peer_find(&run->session, wanted_name(run, mode), is_pod, ret_peer, error))
                return true;
        return is_pod ? fail_prefix(error, "Pod=%s", run->spec->pod)
                      : fail_prefix(error, "Network=container:%s (Network=%s.container starts it first)",
                                    mode->name, mode->name);
}

/* Whose network it is: a container whose network one joins may have joined another's itself. Moves PEER there. */
static bool find_owner(const Session *session, Peer *peer, GError **error) {
        for (guint depth = 0; *peer->state->joined; depth++) {
                Peer next = {0};
                if (depth > 32)
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "Network=: containers have joined in a circle");
                if (!peer_find(session, peer->state->joined, peer->state->has_joined_pod, &next, error))
                        return fail_prefix(error, "'%s' uses the network of another", peer->state->name);
                peer_clear(peer);
                *peer = next;
        }
        return true;
}

/* Between looking and opening the number may have become another's. */
static bool watch_owner(Run *run, const Peer *owner, GError **error) {
        run->owner_fd = pidfd_open(owner->state->supervisor, 0);
        if (run->owner_fd >= 0)
                (void) fcntl(run->owner_fd, F_SETFD, FD_CLOEXEC);
        if (run->owner_fd < 0 || !state_is_alive(owner->state))
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "'%s' has just ended", owner->state->name);
        return true;
}

static bool open_owner(Run *run, const Peer *owner, GError **error) {
        pid_t pid = owner->state->payload;
        bool shares_all = run->spec->pod != NULL;

        if (!namespaces_owner_open(pid, &run->owner, error))
                return false;
        /* The host's is nobody's to join; who makes none has it. */
        if (run->network.kind != NETWORK_HOST && !namespaces_owner_share(&run->owner, pid, "net", error))
                return false;
        bool shares_ipc = shares_all && !container_spec_shares_ipc(run->spec);
        if (shares_ipc && !namespaces_owner_share(&run->owner, pid, "ipc", error))
                return false;
        /* A name of one's own cannot be had in a shared namespace. */
        if (shares_all && !run->spec->host_name && !namespaces_owner_share(&run->owner, pid, "uts", error))
                return false;
        if (shares_ipc && !pod_memory_share(run, pid, error))
                return false;
        return watch_owner(run, owner, error);
}

static bool join(Run *run, Peer *peer, GError **error) {
        if (!find_peer(run, peer, error))
                return false;
        run->peer_name = g_strdup(peer->state->name);
        run->peer_folder = g_strdup(peer->folder);
        if (run->spec->pod && !pod_join(run, error))
                return false;
        if (!find_owner(&run->session, peer, error))
                return false;
        /* There is nothing to join then: all have it. */
        if (g_str_equal(peer->state->network, "host")) {
                run->network.kind = NETWORK_HOST;
                if (!run->spec->pod)
                        return true;
        }
        return open_owner(run, peer, error);
}

bool join_find(Run *run, GError **error) {
        Peer peer = {0};

        if (run->network.kind != NETWORK_CONTAINER)
                return true;
        bool done = join(run, &peer, error);
        peer_clear(&peer);
        return done;
}
