/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The helper that connects a member: it goes into the networks' user namespace, and there from network namespace to
 * network namespace. A veth can be made so that one end lies in each, because all of them lie below that one. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/process.h"
#include "config.h"
#include "network/link.h"
#include "runner/network-join.h"
#include "runner/network-listen.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Of the address, so that who knows it from an earlier life knows it still. */
static void choose_mac(const Place *place, guint8 mac[6]) {
        guint family = place->addresses[REGISTRY_V4].family != 0 ? REGISTRY_V4 : REGISTRY_V6;
        const Address *address = &place->addresses[family];
        unsigned bytes[6];

        if (place->asked->mac && sscanf(place->asked->mac, "%2x:%2x:%2x:%2x:%2x:%2x", &bytes[0], &bytes[1],
                                        &bytes[2], &bytes[3], &bytes[4], &bytes[5]) == 6) {
                for (size_t i = 0; i < 6; i++)
                        mac[i] = (guint8) bytes[i];
                return;
        }
        link_choose_mac(address, mac);
}

static char *name_port(pid_t child, guint i) {
        return g_strdup_printf("v%d.%u", (int) child, i);
}

/* In the network's namespace. */
static bool plug_in(const Place *place, guint i, pid_t child, int child_fd, GError **error) {
        g_autofree char *name = name_port(child, i);
        guint8 mac[6];
        Link link = LINK_NONE;

        choose_mac(place, mac);
        if (setns(place->namespace_fd, CLONE_NEWNET) < 0)
                return fail_errno(error, errno, "Cannot enter the namespace of the network '%s'",
                                  place->asked->network);
        bool done = link_open(&link, error) &&
                    link_make_pair(&link, name, place->state->bridge, place->interface, child_fd, mac,
                                   place->state->mtu, error);
        link_close(&link);
        return done;
}

static bool add_default_routes(Link *link, const Place *place, bool has_route[REGISTRY_FAMILIES],
                               GError **error) {
        for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                const Address *gateway = &place->state->gateways[i];
                Subnet all = {{gateway->family, {0}}, 0};
                if (place->state->is_internal || has_route[i] || gateway->family == 0)
                        continue;
                if (!link_add_route(link, place->interface, &all, gateway, error))
                        return false;
                has_route[i] = true;
        }
        return true;
}

/* In the child's namespace. */
static bool set_up(Link *link, const Place *place, bool has_route[REGISTRY_FAMILIES], GError **error) {
        if (!link_raise(link, place->interface, error))
                return false;
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                if (place->addresses[i].family != 0 &&
                    !link_add_address(link, place->interface, &place->addresses[i],
                                      place->state->subnets[i].prefix, error))
                        return false;
        return add_default_routes(link, place, has_route, error);
}

/* In the network's namespace again, when the member's end is up. */
static bool settle(const Place *place, guint i, pid_t child, GError **error) {
        g_autofree char *name = name_port(child, i);
        Link link = LINK_NONE;

        if (setns(place->namespace_fd, CLONE_NEWNET) < 0)
                return fail_errno(error, errno, "Cannot enter the namespace of the network '%s'",
                                  place->asked->network);
        if (!link_open(&link, error))
                return false;
        link_settle(&link, name);
        link_settle(&link, place->state->bridge);
        link_close(&link);
        return true;
}

static bool connect_all(const NetworkJoin *join, const NamespacesOwner *owner, pid_t child, int child_fd,
                        GError **error) {
        static const Subnet multicast = {{AF_INET, {224}}, 4};
        static const Address none = {0};
        bool has_route[REGISTRY_FAMILIES] = {false};
        Link link = LINK_NONE;

        if (setns(owner->user_fd, CLONE_NEWUSER) < 0)
                return fail_errno(error, errno, "Cannot enter the user namespace of the networks");
        for (guint i = 0; i < join->places->len; i++)
                if (!plug_in(join->places->pdata[i], i, child, child_fd, error))
                        return false;
        if (setns(child_fd, CLONE_NEWNET) < 0 || !link_open(&link, error))
                return fail_errno(error, errno, "Cannot enter the container's network");
        bool done = true;
        for (guint i = 0; done && i < join->places->len; i++)
                done = set_up(&link, join->places->pdata[i], has_route, error);
        /* Joining a group needs a route (SHORTCOMINGS.md, row N8). */
        const Place *first = join->places->pdata[0];
        done = done && (first->addresses[REGISTRY_V4].family == 0 ||
                        link_add_route(&link, first->interface, &multicast, &none, error));
        for (guint i = 0; done && i < join->places->len; i++)
                link_settle(&link, ((const Place *) join->places->pdata[i])->interface);
        link_close(&link);
        for (guint i = 0; done && i < join->places->len; i++)
                done = settle(join->places->pdata[i], i, child, error);
        return done;
}

/* The relay: in the namespace of the first network that has a way back. */
static bool become_relay(const NetworkJoin *join, GError **error) {
        g_autoptr(GPtrArray) argv = g_ptr_array_new();
        char *const environment[] = {NULL};
        const Place *place = join->places->pdata[0];
        sigset_t none;

        for (guint i = join->places->len; i > 0; i--)
                if (!((Place *) join->places->pdata[i - 1])->state->is_internal)
                        place = join->places->pdata[i - 1];
        if (setns(place->namespace_fd, CLONE_NEWNET) < 0)
                return fail_errno(error, errno, "Cannot enter the network's namespace");
        g_ptr_array_add(argv, (void *) "wolffia-relay");
        for (guint i = 0; i < join->forwards->len; i++)
                g_ptr_array_add(argv, join->forwards->pdata[i]);
        g_ptr_array_add(argv, NULL);
        (void) close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        for (guint i = 0; i < join->listeners->len; i++)
                (void) fcntl(g_array_index(join->listeners, int, i), F_SETFD, 0);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        const char *program = g_getenv("WOLFFIA_RELAY"); /* for running from a build folder */
        if (!program)
                program = WOLFFIA_RELAY_PATH;
        execve(program, (char *const *) argv->pdata, environment);
        return fail_errno(error, errno, "Cannot start %s", program);
}

static void become_helper(Network *network, const NamespacesOwner *owner, pid_t child, int child_fd) {
        static const int handled[] = {SIGTERM, SIGINT, SIGHUP};
        NetworkJoin *join = network->join;
        g_autoptr(GError) failure = NULL;

        for (size_t i = 0; i < G_N_ELEMENTS(handled); i++)
                signal(handled[i], SIG_DFL);
        sync_become_child(&join->sync);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void) setpgid(0, 0); /* Ctrl-C on the runner's terminal is not for the relay */
        /* Sockets are of the network that they are made in: those of the host come first. */
        bool done = network_listen(network->ports, join, &failure) &&
                    connect_all(join, owner, child, child_fd, &failure);
        if (done && join->listeners->len == 0)
                _exit(EXIT_SUCCESS);
        if (done)
                (void) become_relay(join, &failure);
        sync_fail(&join->sync, failure);
        _exit(EXIT_FAILURE);
}

bool network_join_start(Network *network, const NamespacesOwner *owner, pid_t child, GError **error) {
        NetworkJoin *join = network->join;

        if (!join)
                return true;
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", (int) child);
        autofd int child_fd = open(path, O_RDONLY | O_CLOEXEC);
        if (child_fd < 0)
                return fail_errno(error, errno, "Cannot open the container's network");
        if (!sync_open(&join->sync, error))
                return false;
        join->helper = fork();
        if (join->helper < 0)
                return fail_errno(error, errno, "Cannot fork");
        if (join->helper == 0)
                become_helper(network, owner, child, child_fd);
        sync_become_parent(&join->sync);
        return true;
}

bool network_join_wait(Network *network, GError **error) {
        NetworkJoin *join = network->join;

        if (!join)
                return true;
        bool done = sync_wait_exec(&join->sync, error);
        if (!done || network->ports->len == 0) {
                process_wait(join->helper, NULL);
                join->helper = 0;
        }
        /* The supervisor watches a relay as it watches pasta. */
        network->pasta.pid = join->helper;
        join->helper = 0;
        return done;
}
