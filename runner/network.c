/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pasta says when it is up by writing its process id into a file. That file is a fifo, so waiting for it
 * needs neither polling nor a daemon: pasta stays our child, and its death is noticed. */

#include "runner/network.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/network-address.h"
#include "runner/network-join.h"
#include "runner/network-pasta.h"
#include "runner/network-ports.h"
#include "runner/network-slirp.h"
#include "spec/value-port.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_TIMEOUT_MSEC 20000

static bool parse_ports(const ContainerSpec *spec, Network *network, GError **error) {
        network->ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);

        for (guint i = 0; i < spec->ports->len; i++) {
                PortMapping *port;
                if (!value_port_parse(spec->ports->pdata[i], &port, error))
                        return fail_prefix(error, "PublishPort=%s", (const char *) spec->ports->pdata[i]);
                g_ptr_array_add(network->ports, port);
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
                       (!network->is_slirp || network_slirp_check(network, error)) &&
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
        g_clear_pointer(&network->copied_address, g_free);
        g_clear_pointer(&network->template, g_free);
        g_clear_pointer(&network->shared_host_name, g_free);
        if (network->fifo_path)
                (void) unlink(network->fifo_path);
        g_clear_pointer(&network->fifo_path, g_free);
        g_clear_pointer(&network->api_path, g_free);
        cleanup_fd(&network->fifo_fd);
}

static bool make_fifo(Network *network, const char *container_dir, GError **error) {
        network->fifo_path = g_build_filename(container_dir, "pasta.pid", NULL);

        (void) unlink(network->fifo_path); /* of an earlier life; usually there is none */
        if (mkfifo(network->fifo_path, 0600) < 0)
                return fail_errno(error, errno, "Cannot make %s", network->fifo_path);
        /* Opened for both, so that opening does not wait for pasta and an early end of it is not the end of
         * file. */
        network->fifo_fd = open(network->fifo_path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (network->fifo_fd < 0)
                return fail_errno(error, errno, "Cannot open %s", network->fifo_path);
        return true;
}

static bool start_slirp(Network *network, const char *container_dir, pid_t child, GError **error) {
        ProcessFiles files = {.input_fd = network->fifo_fd, .output_fd = -1};

        if (network->ports->len > 0)
                network->api_path = g_build_filename(container_dir, "slirp4netns", NULL);
        g_autoptr(GPtrArray) arguments = network_slirp_plan(network, child);
        return process_start((const char *const *) arguments->pdata, &files, &network->pasta, error);
}

static bool start_pasta(Network *network, pid_t child, int user_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", (int) child);
        g_autoptr(GPtrArray) arguments = network_pasta_plan(network);

        autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the container's network");
        const ProcessFiles files = {.input_fd = fd, .output_fd = user_fd};
        network_pasta_skip_detour(arguments);
        if (!process_start((const char *const *) arguments->pdata, &files, &network->pasta, error))
                return false;
        g_free(network->pasta.name);
        network->pasta.name = g_strdup("pasta");
        return true;
}

bool network_start(Network *network, const char *container_dir, pid_t child, int user_fd, GError **error) {
        if (network->kind != NETWORK_PASTA)
                return true;
        if (!make_fifo(network, container_dir, error))
                return false;
        if (network->is_slirp ? start_slirp(network, container_dir, child, error)
                              : start_pasta(network, child, user_fd, error))
                return true;
        if (g_error_matches(*error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                return fail_prefix(
                        error, "The container's network needs pasta ('apt install passt'), or slirp4netns; "
                               "Network=none and Network=host do without");
        return false;
}

bool network_starts_late(const Network *network, const ContainerSpec *spec) {
        return network->kind == NETWORK_PASTA && (network->is_slirp || spec->sysctls->len > 0);
}

static const char *program_of(const Network *network) {
        return network->is_slirp ? "slirp4netns" : "pasta";
}

static bool explain_end(Network *network, GError **error) {
        g_autoptr(GError) reason = NULL;

        if (process_finish(&network->pasta, NULL, &reason))
                return fail(error, WOLFFIA_ERROR_HELPER,
                            "%s, which connects the container, ended without a word", program_of(network));
        if (strstr(reason->message, "No external routable interface") ||
            strstr(reason->message, "no interfaces"))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The host has no network whose addresses the container could have; Restart=on-failure with "
                        "RestartSec=5 tries again, Network=pasta without options needs none");
        if (access("/dev/net/tun", R_OK | W_OK) < 0)
                return fail_errno(
                        error, errno,
                        "The container's network needs /dev/net/tun, which is closed to you; 'sudo modprobe "
                        "tun' and 'sudo chmod 0666 /dev/net/tun' open it, Network=none does without");
        g_propagate_error(error, g_steal_pointer(&reason));
        return fail_prefix(error, "The container's network");
}

bool network_wait(Network *network, GError **error) {
        if (network->kind == NETWORK_NAMED) {
                close_port_fds(network);
                return network_join_wait(network, error);
        }
        if (network->kind != NETWORK_PASTA)
                return true;

        struct pollfd events[] = {
                {.fd = network->fifo_fd, .events = POLLIN},
                {.fd = network->pasta.error_fd, .events = 0}, /* hung up: pasta has ended */
        };
        int n;
        do
                n = poll(events, G_N_ELEMENTS(events), START_TIMEOUT_MSEC);
        while (n < 0 && errno == EINTR);

        if (n == 0)
                return fail(error, WOLFFIA_ERROR_HELPER,
                            "%s, which connects the container, is not up after %d s", program_of(network),
                            START_TIMEOUT_MSEC / 1000);
        if (!(events[0].revents & POLLIN))
                return explain_end(network, error);

        (void) unlink(network->fifo_path);
        g_clear_pointer(&network->fifo_path, g_free);
        cleanup_fd(&network->fifo_fd);
        close_port_fds(network);
        return !network->is_slirp || network_slirp_publish(network, error);
}
