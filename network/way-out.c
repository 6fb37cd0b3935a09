/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Like the pasta of a single container (runner/network.c), but it forwards no ports: those are published by relays, which keep
 * the client's address. */

#include "network/way-out.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "network/slirp.h"
#include "network/uplink.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As a single container has it (runner/network-pasta.c): addresses of our own, so that those of the host stay reachable and
 * may change, and an interface to look at that is always there. IPv6 takes one that has an address of its link. */
#define OWN_ADDRESS6 "fd77:6f6c:6666:2::15"
#define GATEWAY6     "fe80::1"
#define MAC_ADDRESS  "5a:77:6f:6c:66:66"

static bool is_loopback(const Address *address) {
        static const guint8 v6[16] = {[15] = 1};

        return address->family == AF_INET ? address->bytes[0] == 127 : memcmp(address->bytes, v6, 16) == 0;
}

/* The host's name servers. One on its loopback (systemd-resolved's stub) is reached through pasta. */
static void read_servers(WayOut *way_out, GPtrArray *upstreams) {
        g_autofree char *text = NULL;

        if (!file_read(AT_FDCWD, "/etc/resolv.conf", 1 << 16, &text, NULL, NULL))
                return;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                Address address;
                if (!g_str_has_prefix(*line, "nameserver"))
                        continue;
                if (!subnet_parse_address(g_strstrip(*line + strlen("nameserver")), &address, NULL))
                        continue;
                if (!is_loopback(&address)) {
                        g_ptr_array_add(upstreams, subnet_print_address(&address));
                } else if (!way_out->stub) {
                        Address stub = subnet_nth(&way_out->subnet.base, 3);
                        g_autofree char *of_host = subnet_print_address(&address);
                        g_ptr_array_add(upstreams, subnet_print_address(&stub));
                        way_out->stub = g_strdup_printf("%s=%s", of_host,
                                                        (char *) upstreams->pdata[upstreams->len - 1]);
                }
        }
}

/* A host that has IPv6 in its kernel may have it on a link later; until then the loopback does, but for pasta of 2023. Caller frees. */
static char *choose_template6(void) {
        g_autofree char *addresses6 = NULL;

        if (!file_read(AT_FDCWD, "/proc/net/if_inet6", 1 << 20, &addresses6, NULL, NULL) || !*addresses6)
                return NULL;
        char *template6 = subnet_find_ipv6_interface(addresses6);
        return template6 ? template6 : g_strdup("lo");
}

bool way_out_plan(const NetworkState *state, const GPtrArray *servers, WayOut *ret_way_out,
                  char ***ret_upstreams, GError **error) {
        /* Where companies' networks have all of 10.0.0.0/8, the others are left. */
        static const SubnetBlock blocks[] = {{{{AF_INET, {10, 0, 2, 0}}, 24}, 200},
                                             {{{AF_INET, {172, 31, 0, 0}}, 24}, 256},
                                             {{{AF_INET, {192, 168, 213, 0}}, 24}, 43},
                                             {{{AF_INET, {198, 19, 0, 0}}, 24}, 256}};
        g_autoptr(GPtrArray) upstreams = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GArray) taken = subnet_routed();
        g_autofree char *template6 = NULL;
        WayOut way_out = {0};

        if (state->subnets[REGISTRY_V6].base.family != 0)
                template6 = choose_template6();
        g_array_append_val(taken, state->subnets[REGISTRY_V4]);
        if (!subnet_choose(blocks, G_N_ELEMENTS(blocks), taken, &way_out.subnet, error))
                return false;
        for (guint i = 0; i < servers->len; i++)
                g_ptr_array_add(upstreams, g_strdup(servers->pdata[i]));
        if (servers->len == 0)
                read_servers(&way_out, upstreams);
        g_ptr_array_add(upstreams, NULL);
        *ret_upstreams = (char **) g_ptr_array_free(g_steal_pointer(&upstreams), FALSE);
        way_out.template6 = g_steal_pointer(&template6);
        *ret_way_out = way_out;
        return true;
}

void way_out_clear(WayOut *way_out) {
        g_clear_pointer(&way_out->template6, g_free);
        g_clear_pointer(&way_out->stub, g_free);
}

static void add(GPtrArray *arguments, const char *option, char *value) {
        g_ptr_array_add(arguments, g_strdup(option));
        if (value)
                g_ptr_array_add(arguments, value);
}

GPtrArray *way_out_print(const WayOut *way_out) {
        static const char *const closed[] = {"--tcp-ports", "--udp-ports", "--tcp-ns", "--udp-ns"};
        GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
        Address gateway = subnet_nth(&way_out->subnet.base, 2), own = subnet_nth(&way_out->subnet.base, 15),
                stub = subnet_nth(&way_out->subnet.base, 3);

        add(arguments, "pasta", NULL);
        add(arguments, "--foreground", NULL);
        add(arguments, "--quiet", NULL);
        add(arguments, "--config-net", NULL);
        add(arguments, "--no-netns-quit", NULL);
        add(arguments, "--no-map-gw", NULL);
        add(arguments, "--interface", g_strdup(way_out->template6 ? way_out->template6 : "lo"));
        add(arguments, "--mac-addr", g_strdup(MAC_ADDRESS));
        if (way_out->template6) {
                add(arguments, "--address", g_strdup(OWN_ADDRESS6));
                add(arguments, "--gateway", g_strdup(GATEWAY6));
        } else
                add(arguments, "--ipv4-only", NULL);
        add(arguments, "--address", subnet_print_address(&own));
        add(arguments, "--netmask", g_strdup("24"));
        add(arguments, "--gateway", subnet_print_address(&gateway));
        add(arguments, "--mtu", g_strdup("65520"));
        add(arguments, "--ns-ifname", g_strdup(WAY_OUT_INTERFACE));
        if (way_out->stub)
                add(arguments, "--dns-forward", subnet_print_address(&stub));
        for (size_t i = 0; i < G_N_ELEMENTS(closed); i++)
                add(arguments, closed[i], g_strdup("none"));
        return arguments;
}

static GPtrArray *print_slirp(const WayOut *way_out, const NetworkState *state) {
        g_autofree char *cidr = subnet_print(&way_out->subnet);
        const Slirp slirp = {
                .target = state->pid,
                .interface = WAY_OUT_INTERFACE,
                .cidr = cidr,
                .has_ipv6 = state->subnets[REGISTRY_V6].base.family != 0,
        };

        return slirp_print(&slirp);
}

static bool explain(GError *reason, GError **error) {
        g_autoptr(GError) owned = reason;

        if (uplink_wants_interface(reason))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The host has no network interface with a default route yet, and this version of "
                        "pasta does not start without one; the service tries again, Internal=yes does without");
        g_propagate_error(error, g_steal_pointer(&owned));
        return fail_prefix(error, "The network's way out");
}

static bool open_namespace(pid_t pid, const char *name, int *ret_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/%s", (int) pid, name);

        *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot open %s of the network", path);
}

static bool start_pasta(const WayOut *way_out, const NetworkState *state, Process *ret_pasta,
                        GError **error) {
        g_autoptr(GPtrArray) arguments = way_out_print(way_out);
        autofd int network_fd = -1, user_fd = -1;

        return open_namespace(state->pid, "net", &network_fd, error) &&
               open_namespace(state->pid, "user", &user_fd, error) &&
               uplink_start_pasta(arguments, network_fd, user_fd, ret_pasta, error);
}

static bool start_slirp(const WayOut *way_out, const NetworkState *state, Process *ret_slirp,
                        int *ret_ready_fd, GError **error) {
        g_autoptr(GPtrArray) arguments = print_slirp(way_out, state);

        return uplink_start_slirp(arguments, ret_slirp, ret_ready_fd, error);
}

bool way_out_start(const WayOut *way_out, const NetworkState *state, Process *ret_pasta, GError **error) {
        autofd int ready_fd = -1;
        Process pasta = PROCESS_NONE;
        GError *reason = NULL;

        if (!(slirp_is_needed() ? start_slirp(way_out, state, &pasta, &ready_fd, error)
                                : start_pasta(way_out, state, &pasta, error)))
                return fail_prefix(error, "The network's way out needs pasta ('sudo apt install passt'), or "
                                          "slirp4netns; Internal=yes does without");
        if (!uplink_wait(&pasta, ready_fd, &reason))
                return explain(reason, error);
        *ret_pasta = pasta;
        return true;
}
