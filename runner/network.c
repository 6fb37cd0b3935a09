/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pasta says when it is up by writing its process id into a file. That file is a fifo, so waiting for it
 * needs neither polling nor a daemon: pasta stays our child, and its death is noticed. */

#include "runner/network.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/network-pasta.h"
#include "runner/network-ports.h"
#include "spec/value-port.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define GUEST_ADDRESS      "10.0.2.15"
#define DNS_ADDRESS        "10.0.2.3"
#define START_TIMEOUT_MSEC 20000

/* The host's own address by which it reaches others: what a connected UDP socket is bound to. No packet is
 * sent. */
static char *find_host_address(void) {
        struct sockaddr_in elsewhere = {.sin_family = AF_INET, .sin_port = htons(9)}, own;
        socklen_t size = sizeof own;
        char text[INET_ADDRSTRLEN];

        inet_pton(AF_INET, "192.0.2.1", &elsewhere.sin_addr);
        autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *) &elsewhere, sizeof elsewhere) < 0 ||
            getsockname(fd, (struct sockaddr *) &own, &size) < 0)
                return NULL;
        return g_strdup(inet_ntop(AF_INET, &own.sin_addr, text, sizeof text));
}

/* A resolver on the host's loopback (systemd-resolved's stub) is out of the container's reach. */
static bool has_loopback_resolver(void) {
        g_autofree char *text = NULL;

        if (!file_read(AT_FDCWD, "/etc/resolv.conf", 1 << 16, &text, NULL, NULL))
                return false;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++)
                if (g_str_has_prefix(*line, "nameserver") &&
                    (strstr(*line, " 127.") || strstr(*line, "\t127.") || strstr(*line, " ::1")))
                        return true;
        return false;
}

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

static bool choose_kind(const ContainerSpec *spec, NetworkKind *ret_kind, GError **error) {
        *ret_kind = NETWORK_PASTA;
        if (spec->pod)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "Pod=%s: pods come with a later version",
                            spec->pod);
        if (spec->networks->len == 0)
                return true;
        if (spec->networks->len > 1)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Network= is given %u times; several networks come with a later version",
                            spec->networks->len);

        g_autoptr(NetworkMode) mode = NULL;
        const char *text = spec->networks->pdata[0];
        if (!value_network_parse(text, &mode, error))
                return fail_prefix(error, "Network=%s", text);
        if (mode->kind != NETWORK_NONE && mode->kind != NETWORK_HOST && mode->kind != NETWORK_PASTA)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "Network=%s: this version knows none, host and pasta; other networks come with a later one",
                        text);
        *ret_kind = mode->kind;
        return true;
}

bool network_choose(const ContainerSpec *spec, Network *ret_network, GError **error) {
        Network network = NETWORK_INITIAL;

        if (!choose_kind(spec, &network.kind, error) || !parse_ports(spec, &network, error)) {
                network_clear(&network);
                return false;
        }
        if (network.kind == NETWORK_PASTA) {
                network.guest_address = GUEST_ADDRESS;
                network.dns_address = has_loopback_resolver() ? DNS_ADDRESS : NULL;
                if (!network_ports_check(network.ports, error)) {
                        network_clear(&network);
                        return false;
                }
        }
        if (network.kind != NETWORK_NONE)
                network.host_address = find_host_address();
        *ret_network = network;
        return true;
}

void network_clear(Network *network) {
        process_abandon(&network->pasta);
        g_clear_pointer(&network->ports, g_ptr_array_unref);
        g_clear_pointer(&network->host_address, g_free);
        if (network->fifo_path)
                (void) unlink(network->fifo_path);
        g_clear_pointer(&network->fifo_path, g_free);
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

bool network_start(Network *network, const char *container_dir, pid_t child, GError **error) {
        if (network->kind != NETWORK_PASTA)
                return true;
        if (!make_fifo(network, container_dir, error))
                return false;

        g_autoptr(GPtrArray) arguments = network_pasta_plan(network, child);
        if (!process_start((const char *const *) arguments->pdata, &PROCESS_FILES_NONE, &network->pasta,
                           error)) {
                if (g_error_matches(*error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                        return fail_prefix(error,
                                           "The container's network needs pasta ('apt install passt'; "
                                           "Network=none and Network=host do without)");
                return false;
        }
        return true;
}

static bool explain_end(Network *network, GError **error) {
        g_autoptr(GError) reason = NULL;

        if (process_finish(&network->pasta, NULL, &reason))
                return fail(error, WOLFFIA_ERROR_HELPER,
                            "pasta, which connects the container, ended without a word");
        if (strstr(reason->message, "No external routable interface") ||
            strstr(reason->message, "no interfaces"))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The host has no network interface with a default route yet, and this version of pasta does "
                        "not start without one; Restart=on-failure with RestartSec=5 tries again, Network=none does "
                        "without");
        if (access("/dev/net/tun", R_OK | W_OK) < 0)
                return fail_errno(
                        error, errno,
                        "The container's network needs /dev/net/tun, which is closed to you; 'sudo modprobe "
                        "tun' and 'sudo chmod 0666 /dev/net/tun' open it, Network=none does without");
        g_propagate_error(error, g_steal_pointer(&reason));
        return fail_prefix(error, "The container's network");
}

bool network_wait(Network *network, GError **error) {
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
                            "pasta, which connects the container, is not up after %d s",
                            START_TIMEOUT_MSEC / 1000);
        if (!(events[0].revents & POLLIN))
                return explain_end(network, error);

        (void) unlink(network->fifo_path);
        g_clear_pointer(&network->fifo_path, g_free);
        cleanup_fd(&network->fifo_fd);
        return true;
}
