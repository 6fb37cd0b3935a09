/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/network.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "network/uplink.h"
#include "runner/network-address.h"
#include "runner/network-join.h"
#include "runner/network-pasta.h"
#include "runner/network-ports.h"
#include "runner/network-slirp.h"
#include "spec/value-port.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool parse_ports(const ContainerSpec *spec, Network *network, GError **error) {
        network->ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);

        for (guint i = 0; i < spec->ports->len; i++) {
                PortMapping *port;
                if (!value_port_parse(spec->ports->pdata[i], &port, error) ||
                    !value_port_add(network->ports, port, error))
                        return fail_prefix(error, "PublishPort=%s", (const char *) spec->ports->pdata[i]);
        }
        return true;
}

/* What only the pod can say, its members cannot. */
static bool choose_pod(const ContainerSpec *spec, NetworkMode **ret_mode, GError **error) {
        if (spec->networks->len > 0)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Network=%s: a member has the network of its pod; write it into the .pod file",
                            (const char *) spec->networks->pdata[0]);
        if (spec->ports->len > 0)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "PublishPort=%s: members share the network of their pod; write it into the .pod file",
                        (const char *) spec->ports->pdata[0]);
        *ret_mode = g_new0(NetworkMode, 1);
        (*ret_mode)->kind = NETWORK_CONTAINER;
        return true;
}

static bool choose_kind(const ContainerSpec *spec, NetworkMode **ret_mode, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;
        const char *text = spec->networks->len > 0 ? spec->networks->pdata[0] : NULL;

        if (spec->pod)
                return choose_pod(spec, ret_mode, error);
        if (!value_network_parse(text, &mode, error))
                return fail_prefix(error, "Network=%s", text);
        if (mode->kind == NETWORK_CONTAINER && spec->ports->len > 0)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "PublishPort=%s: the network is that of '%s'; publish the port there",
                            (const char *) spec->ports->pdata[0], mode->name);
        if (mode->kind == NETWORK_UNIT)
                mode->kind = NETWORK_NAMED;
        if (mode->kind != NETWORK_NAMED && spec->networks->len > 1)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Network=%s cannot stand beside other networks; leave it or the others out",
                            text);
        *ret_mode = g_steal_pointer(&mode);
        return true;
}

static bool choose(const ContainerSpec *spec, const char *runtime_dir, Network *network,
                   NamespacesOwner *owner, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;

        if (!choose_kind(spec, &mode, error) || !parse_ports(spec, network, error))
                return false;
        network->kind = mode->kind;
        if (mode->kind == NETWORK_PASTA)
                return network_address_choose(network, mode, error) &&
                       (network->is_slirp ? network_slirp_check(network, error)
                                          : value_port_check_pasta(network->ports, error)) &&
                       network_ports_check(network->ports, error) &&
                       network_ports_choose(network->ports, network->port_fds, error);
        if (mode->kind == NETWORK_NAMED)
                return network_join_choose(spec, runtime_dir, network, owner, error) &&
                       network_ports_check(network->ports, error) &&
                       network_ports_choose(network->ports, network->port_fds, error);
        if (mode->kind != NETWORK_HOST)
                return true;
        network_address_follow_host(network);
        return network_ports_check_host(network->ports, error);
}

bool network_is_own(const Network *network) {
        return network->kind != NETWORK_HOST && network->kind != NETWORK_CONTAINER;
}

bool network_choose(const ContainerSpec *spec, const char *runtime_dir, Network *ret_network,
                    NamespacesOwner *owner, GError **error) {
        Network network = NETWORK_INITIAL;

        network.port_fds = g_array_new(FALSE, FALSE, sizeof(int));
        if (!choose(spec, runtime_dir, &network, owner, error)) {
                network_clear(&network);
                return false;
        }
        *ret_network = network;
        return true;
}

static void close_port_fds(Network *network) {
        for (guint i = 0; network->port_fds && i < network->port_fds->len; i++)
                close(g_array_index(network->port_fds, int, i));
        g_clear_pointer(&network->port_fds, g_array_unref);
}

void network_clear(Network *network) {
        process_abandon(&network->pasta);
        close_port_fds(network);
        g_clear_pointer(&network->join, network_join_free);
        g_clear_pointer(&network->name_servers, g_ptr_array_unref);
        g_clear_pointer(&network->ports, g_ptr_array_unref);
        g_clear_pointer(&network->options, network_options_free);
        g_clear_pointer(&network->host_address, g_free);
        g_clear_pointer(&network->stub_of, g_free);
        g_clear_pointer(&network->copied_address, g_free);
        g_clear_pointer(&network->template, g_free);
        g_clear_pointer(&network->shared_host_name, g_free);
        g_clear_pointer(&network->api_path, g_free);
        cleanup_fd(&network->ready_fd);
}

static bool start_slirp(Network *network, const char *container_dir, pid_t child, GError **error) {
        if (network->ports->len > 0)
                network->api_path = g_build_filename(container_dir, "slirp4netns", NULL);
        g_autoptr(GPtrArray) arguments = network_slirp_plan(network, child);
        return uplink_start_slirp(arguments, &network->pasta, &network->ready_fd, error);
}

static bool start_pasta(Network *network, pid_t child, int user_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", (int) child);
        g_autoptr(GPtrArray) arguments = network_pasta_plan(network);

        autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the container's network");
        return uplink_start_pasta(arguments, fd, user_fd, &network->pasta, error);
}

bool network_start(Network *network, const char *container_dir, pid_t child, int user_fd, GError **error) {
        if (network->kind != NETWORK_PASTA)
                return true;
        if (network->is_slirp ? start_slirp(network, container_dir, child, error)
                              : start_pasta(network, child, user_fd, error))
                return true;
        if (g_error_matches(*error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                return fail_prefix(
                        error,
                        "The container's network needs pasta ('sudo apt install passt'), or slirp4netns; "
                        "Network=none and Network=host do without");
        return false;
}

bool network_starts_late(const Network *network, const ContainerSpec *spec) {
        return network->kind == NETWORK_PASTA && (network->is_slirp || spec->sysctls->len > 0);
}

static bool explain(GError *reason, GError **error) {
        g_autoptr(GError) owned = reason;

        if (uplink_wants_interface(reason))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The host has no network whose addresses the container could have; Restart=on-failure with "
                        "RestartSec=5 tries again, Network=pasta without options needs none");
        if (access("/dev/net/tun", R_OK | W_OK) < 0)
                return fail_errno(
                        error, errno,
                        "The container's network needs /dev/net/tun, which is closed to you; 'sudo modprobe "
                        "tun' and 'sudo chmod 0666 /dev/net/tun' open it, Network=none does without");
        g_propagate_error(error, g_steal_pointer(&owned));
        return fail_prefix(error, "The container's network");
}

bool network_wait(Network *network, GError **error) {
        if (network->kind == NETWORK_NAMED) {
                close_port_fds(network);
                return network_join_wait(network, error);
        }
        if (network->kind != NETWORK_PASTA)
                return true;

        GError *reason = NULL;
        if (!uplink_wait(&network->pasta, network->ready_fd, &reason))
                return explain(reason, error);
        cleanup_fd(&network->ready_fd);
        close_port_fds(network);
        return !network->is_slirp || network_slirp_publish(network, error);
}
