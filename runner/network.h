/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which network the container gets, and its connection to the world. */

#include "base/process.h"
#include "runner/namespaces.h"
#include "runner/network-range.h"
#include "spec/container-spec.h"
#include "spec/value-network-options.h"
#include "spec/value-network.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* runner/network-join.h */
typedef struct NetworkJoin NetworkJoin;

typedef struct Network {
        NetworkKind
                kind; /* none, host, pasta, container (that of a pod too), or named: NETWORK_UNIT is that too */
        GPtrArray *ports;          /* PortMapping *, all with a host port */
        GArray *port_fds;          /* hold the free ports that were found, until pasta has them */
        NetworkOptions *options;   /* of pasta; NULL with other kinds */
        const NetworkRange *range; /* where the container's addresses come from, unless the user says more */
        const char *guest_address; /* of the container, with pasta */
        const char *guest_address6; /* NULL: none, or not known */
        const char *dns_address; /* pasta forwards DNS from here; NULL: the host's resolvers are reached */
        char *stub_of; /* the host's name server on its loopback that dns_address stands for; NULL: none, or it is the user's choice */
        char *host_address;      /* that the container reaches the host by; NULL where the host has none */
        bool follows_host;       /* it is the host's own, and changes when that does */
        char *copied_address;    /* of the host, that the container has too */
        char *template;          /* interface of the host that pasta is shown; NULL: pasta looks for one */
        char *shared_host_name;  /* that of the pod; NULL: not in one */
        bool is_slirp;           /* slirp4netns in the place of pasta, which is not installed */
        bool maps_guest;         /* pasta leads from NETWORK_HOST_ALIAS to the host */
        NetworkJoin *join;       /* places on networks; NULL with other kinds */
        GPtrArray *name_servers; /* that take the place of all others; NULL: none do */
        char *api_path;          /* slirp4netns is told of ports here; NULL: there are none */
        Process pasta;
        int ready_fd; /* slirp4netns says here that it is up */
} Network;

/* Where a container that has the host's own address finds the host, as Podman has it. */
#define NETWORK_HOST_ALIAS "169.254.1.2"

/* The link's name and the gateway inside. */
#define NETWORK_INTERFACE      "eth0"
#define NETWORK_GUEST_ADDRESS6 "fd77:6f6c:6666:2::15"
#define NETWORK_GATEWAY6       "fe80::1"

#define NETWORK_INITIAL ((Network){.pasta = PROCESS_NONE, .ready_fd = -1})

/* Chooses, and finds out beforehand whether each published port can be had (SHORTCOMINGS.md, rows N1, N2).
 *
 * Runs in:  the runner, before anything is made
 * Leaves:   RET_NETWORK; nothing is open */
bool network_choose(const ContainerSpec *spec, const char *runtime_dir, Network *ret_network,
                    NamespacesOwner *owner, GError **error);
void network_clear(Network *network);

/* Whether the network namespace is the container's own: its root may configure it, and /sys shows it. */
bool network_is_own(const Network *network);

/* Starts pasta for the child's network namespace and USER_FD, its user namespace; network_wait() returns when it is up
 * (some 10 ms later, while maps are written and the child mounts). Neither does anything for the other kinds.
 *
 * Runs in:  the runner, as soon as the child is born
 * Needs:    the child alive and dumpable, session.container_dir for the socket of slirp4netns */
bool network_start(Network *network, const char *container_dir, pid_t child, int user_fd, GError **error);
/* Whether it has to wait until the child has set what the user has asked for: an interface takes its settings from
 * the namespace when it is made. */
bool network_starts_late(const Network *network, const ContainerSpec *spec);
bool network_wait(Network *network, GError **error);
