/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "network/holder-plan.h"

#include "base/error.h"

#include <string.h>
#include <sys/socket.h>

/* That of pasta's tap: larger packets are fewer. */
#define DEFAULT_MTU 65520

static guint family_index(const Subnet *subnet) {
        return subnet->base.family == AF_INET ? REGISTRY_V4 : REGISTRY_V6;
}

static bool read_gateway(const NetworkSpec *spec, guint i, const Subnet *subnet, Address *ret_gateway,
                         GError **error) {
        if (i >= spec->gateways->len) {
                *ret_gateway = subnet_nth(&subnet->base, 1);
                return true;
        }
        const char *text = spec->gateways->pdata[i];
        if (!subnet_parse_address(text, ret_gateway, error))
                return fail_prefix(error, "Gateway=%s", text);
        if (!subnet_contains(subnet, ret_gateway))
                return fail(error, WOLFFIA_ERROR_VALUE, "Gateway=%s: it is not in Subnet=%s", text,
                            (const char *) spec->subnets->pdata[i]);
        if (subnet_is_end(subnet, ret_gateway))
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "Gateway=%s: it is the first or the last address of Subnet=%s, which stand for all of it",
                        text, (const char *) spec->subnets->pdata[i]);
        return true;
}

static bool read_range(const NetworkSpec *spec, guint i, const Subnet *subnet, AddressRange *ret_range,
                       GError **error) {
        if (i >= spec->ranges->len)
                return true;
        const char *text = spec->ranges->pdata[i];
        if (!subnet_parse_range(text, ret_range, error))
                return fail_prefix(error, "IPRange=%s", text);
        if (!subnet_contains(subnet, &ret_range->first) || !subnet_contains(subnet, &ret_range->last))
                return fail(error, WOLFFIA_ERROR_VALUE, "IPRange=%s: it is not within Subnet=%s", text,
                            (const char *) spec->subnets->pdata[i]);
        return true;
}

static bool read_subnet(const NetworkSpec *spec, guint i, NetworkState *state, GError **error) {
        const char *text = spec->subnets->pdata[i];
        Subnet subnet;

        if (!subnet_parse(text, &subnet, error))
                return fail_prefix(error, "Subnet=%s", text);
        guint family = family_index(&subnet);
        if (state->subnets[family].base.family != 0)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Subnet=%s: a network has one subnet of IPv4 and one of IPv6 at most", text);
        if (subnet.prefix + 2 > subnet_address_size(&subnet.base) * 8)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Subnet=%s: there is no room for a gateway and a member", text);
        state->subnets[family] = subnet;
        return read_range(spec, i, &subnet, &state->ranges[family], error) &&
               read_gateway(spec, i, &subnet, &state->gateways[family], error);
}

static bool complete_subnets(const NetworkSpec *spec, const GArray *taken, NetworkState *state,
                             GError **error) {
        static const SubnetBlock blocks[] = {{{{AF_INET, {10, 89, 0, 0}}, 24}, (256 - 89) * 256},
                                             {{{AF_INET, {172, 24, 0, 0}}, 24}, 7 * 256},
                                             {{{AF_INET, {192, 168, 128, 0}}, 24}, 85},
                                             {{{AF_INET, {198, 18, 0, 0}}, 24}, 256}};
        Subnet *v4 = &state->subnets[REGISTRY_V4], *v6 = &state->subnets[REGISTRY_V6];

        /* podman-network-create(1): IPv6 alone where only such a subnet is named. */
        if (v4->base.family == 0 && (v6->base.family == 0 || spec->ipv6 == TRISTATE_YES)) {
                if (!subnet_choose(blocks, G_N_ELEMENTS(blocks), taken, v4, error))
                        return fail_prefix(error, "Subnet= is needed");
                state->gateways[REGISTRY_V4] = subnet_nth(&v4->base, 1);
        }
        if (v6->base.family == 0 && spec->ipv6 == TRISTATE_YES) {
                *v6 = subnet_choose_v6(state->name);
                state->gateways[REGISTRY_V6] = subnet_nth(&v6->base, 1);
        }
        return true;
}

bool holder_plan_knows_option(const char *option) {
        return g_str_has_prefix(option, "mtu=") ||
               g_str_has_prefix(option, "com.docker.network.driver.mtu=") ||
               /* That is what networks are anyway. */
               g_str_equal(option, "isolate=true") || g_str_equal(option, "isolate=strict");
}

static bool read_options(const NetworkSpec *spec, NetworkState *state, GError **error) {
        for (guint i = 0; i < spec->options->len; i++) {
                const char *option = spec->options->pdata[i];
                guint64 mtu;
                if (!holder_plan_knows_option(option) || g_str_has_prefix(option, "isolate="))
                        continue;
                if (!g_ascii_string_to_unsigned(strchr(option, '=') + 1, 10, 1280, 65535, &mtu, NULL))
                        return fail(error, WOLFFIA_ERROR_VALUE, "Options=%s: 1280 to 65535 is possible",
                                    option);
                state->mtu = (guint) mtu;
        }
        return true;
}

bool holder_plan(const NetworkSpec *spec, const GArray *taken, NetworkState **ret_state, GError **error) {
        g_autoptr(NetworkState) state = g_new0(NetworkState, 1);

        state->name = g_strdup(spec->name);
        state->unit = g_strdup(spec->unit ? spec->unit : "");
        state->bridge = g_strdup(spec->interface_name ? spec->interface_name : "bridge0");
        state->mtu = DEFAULT_MTU;
        state->is_internal = spec->internal == TRISTATE_YES;
        state->has_names = spec->disable_dns != TRISTATE_YES;
        state->upstreams = g_new0(char *, 1);
        for (guint i = 0; i < spec->subnets->len; i++)
                if (!read_subnet(spec, i, state, error))
                        return false;
        if (!complete_subnets(spec, taken, state, error) || !read_options(spec, state, error))
                return false;
        *ret_state = g_steal_pointer(&state);
        return true;
}

char *holder_plan_find_overlap(const NetworkState *state, guint family, const GArray *taken) {
        const Subnet *own = &state->subnets[family];

        for (guint i = 0; own->base.family != 0 && i < taken->len; i++) {
                const Subnet *other = &g_array_index(taken, Subnet, i);
                if (other->base.family != own->base.family || !subnet_overlaps(own, other))
                        continue;
                g_autofree char *text = subnet_print(own), *other_text = subnet_print(other);
                return g_strdup_printf(
                        "Subnet=%s has addresses that the host's routes or another of your networks have too "
                        "(%s): members do not reach those there; another Subnet=, or none, is in nobody's way",
                        text, other_text);
        }
        return NULL;
}

bool holder_plan_is_same(const NetworkState *a, const NetworkState *b) {
        if (a->is_internal != b->is_internal || a->mtu != b->mtu || !g_str_equal(a->bridge, b->bridge))
                return false;
        for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                g_autofree char *first = subnet_print(&a->subnets[i]),
                                *second = subnet_print(&b->subnets[i]);
                if (!g_str_equal(first, second) || !subnet_is_equal(&a->gateways[i], &b->gateways[i]))
                        return false;
        }
        return true;
}

char *holder_plan_rules(const NetworkState *state, const char *way_out, guint mark) {
        /* The first line makes the second possible: a namespace that is taken over has the table already. */
        GString *text = g_string_new("table inet wolffia\n"
                                     "delete table inet wolffia\n"
                                     "table inet wolffia {\n");

        g_string_append_printf(text,
                               "        chain relays {\n"
                               "                type filter hook prerouting priority mangle\n"
                               "                socket transparent 1 meta mark set %u\n"
                               "        }\n",
                               mark);
        if (!state->is_internal) {
                g_string_append_printf(text,
                                       "        chain leave {\n"
                                       "                type nat hook postrouting priority srcnat\n"
                                       "                oifname \"%s\" masquerade\n"
                                       "        }\n",
                                       way_out);
        }
        g_string_append(text, "}\n");
        return g_string_free(text, FALSE);
}
