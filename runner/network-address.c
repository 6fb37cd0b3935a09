/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the host's tables once a start; what they mean is in network-range.c. */

#include "runner/network-address.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "network/slirp.h"
#include "network/subnet.h"
#include "runner/network-await.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a connected UDP socket is bound to. No packet is sent. */
static char *find_host(void) {
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

void network_address_follow_host(Network *network) {
        network->host_address = find_host();
        network->follows_host = true;
}

/* The text of a table that may be missing, as IPv6's is where the kernel has none. */
static char *read_table(const char *path) {
        char *text;

        return file_read(AT_FDCWD, path, 1 << 22, &text, NULL, NULL) ? text : g_strdup("");
}

/* pasta tells what it knows in --help, on standard output since it knows what we ask for. */
static bool pasta_knows(const char *option) {
        static const char *const argv[] = {"pasta", "--help", NULL};
        char text[1 << 15] = "";

        autofd int fd = memfd_create("pasta-help", MFD_CLOEXEC);
        ProcessFiles files = {.input_fd = -1, .output_fd = fd};
        /* Where it cannot be started, network_start() says so. */
        return fd >= 0 && process_run(argv, &files, NULL) && pread(fd, text, sizeof text - 1, 0) > 0 &&
               strstr(text, option);
}

static bool copy_addresses(Network *network, GError **error) {
        if (!network_await_route(error))
                return false;
        network->copied_address = find_host();
        if (!network->guest_address)
                network->guest_address = network->copied_address;
        network->maps_guest = pasta_knows("--map-guest-addr");
        network->host_address = network->maps_guest ? g_strdup(NETWORK_HOST_ALIAS) : NULL;
        return true;
}

/* Of our own choice, in part or in whole. */
static void give_addresses(Network *network) {
        g_autofree char *addresses6 = read_table("/proc/net/if_inet6");

        if (network->is_slirp) {
                if (!network->guest_address)
                        network->guest_address = network->range->slirp_guest;
                network->options->ipv4_only = network->options->ipv4_only || !*addresses6;
                network_address_follow_host(network);
                return;
        }
        if (!network->guest_address && !network->options->ipv6_only)
                network->guest_address = network->range->guest;
        network->template = subnet_find_ipv6_interface(addresses6);
        if (!network->options->ipv4_only && !network->guest_address6 && *addresses6)
                network->guest_address6 = NETWORK_GUEST_ADDRESS6;
        if (!network->template)
                network->template = g_strdup("lo");
        network_address_follow_host(network);
}

bool network_address_choose(Network *network, const NetworkMode *mode, GError **error) {
        g_autofree char *routes = read_table("/proc/net/route"),
                        *resolv_conf = read_table("/etc/resolv.conf");

        if (!(mode->is_slirp ? value_slirp_options_parse(mode->options, &network->options, error)
                             : value_pasta_options_parse(mode->options, &network->options, error)))
                return false;
        network->is_slirp = slirp_is_needed();
        if (network->is_slirp && !mode->is_slirp && mode->options)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "Network=pasta:%s: these are options of pasta, which is not installed ('sudo apt install "
                        "passt'); slirp4netns, which is, has others",
                        mode->options);
        network->range = network_range_choose(routes, resolv_conf);
        network->guest_address = network->options->address;
        network->guest_address6 = network->options->address6;
        network->dns_address = network->options->dns_forward;
        if (!network->dns_address)
                network->stub_of = network_range_find_loopback_resolver(resolv_conf);
        if (network->stub_of)
                network->dns_address = network->range->dns;
        if (network->options->copies)
                return copy_addresses(network, error);
        give_addresses(network);
        return true;
}
