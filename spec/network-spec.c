/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [Network]: its table, and what spans several of its keys. */

#include "spec/network-spec.h"

#include "base/error.h"
#include "spec/container-checks.h"
#include "spec/key-common.h"
#include "spec/value-address.h"
#include "spec/value-network.h"

#include <string.h>

static bool check_driver(const char *value, GError **error) {
        if (g_str_equal(value, "bridge"))
                return true;
        if (g_str_equal(value, "macvlan") || g_str_equal(value, "ipvlan"))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "%s needs an interface of the host, which only root may take; bridge, the default, is "
                        "possible",
                        value);
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not known; bridge, the default, is", value);
}

static bool check_ipam_driver(const char *value, GError **error) {
        if (g_str_equal(value, "host-local"))
                return true;
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "'%s' is not possible here; host-local, the default, is", value);
}

static bool check_interface(const char *value, GError **error) {
        bool good = *value && strlen(value) < 16 && !g_str_equal(value, ".") && !g_str_equal(value, "..");

        for (const char *p = value; *p; p++)
                good = good && g_ascii_isgraph(*p) && *p != '/' && *p != ':';
        if (!good)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' cannot be the name of an interface: 1 to 15 characters, no blank, no / and no :",
                        value);
        return true;
}

#define FIELD(name) offsetof(NetworkSpec, name)

/* clang-format off */
static const Key network_keys[] = {
        {"NetworkName", "name", 0, KEY_SINGLE, KEY_WORKS, value_network_check_name,
         FIELD(name), "NAME", "name of the network"},
        {"Driver", "driver", 'd', KEY_SINGLE, KEY_WORKS, check_driver,
         FIELD(driver), "DRIVER", "bridge"},
        {"Subnet", "subnet", 0, KEY_LINES, KEY_WORKS, value_subnet_check,
         FIELD(subnets), "ADDRESS/LENGTH", "addresses of the network"},
        {"Gateway", "gateway", 0, KEY_LINES, KEY_WORKS, value_address_check,
         FIELD(gateways), "ADDRESS", "address of the way out, for the subnet at the same place"},
        {"IPRange", "ip-range", 0, KEY_LINES, KEY_WORKS, value_range_check,
         FIELD(ranges), "ADDRESS/LENGTH", "which addresses members get, for the subnet at the same place"},
        {"IPv6", "ipv6", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(ipv6), NULL, "addresses of IPv6 too"},
        {"Internal", "internal", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(internal), NULL, "no way out of the network"},
        {"DNS", "dns", 0, KEY_LINES, KEY_WORKS, value_address_check,
         FIELD(dns), "ADDRESS", "name server of the members", true},
        {"DisableDNS", "disable-dns", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(disable_dns), NULL, "names of members are not answered"},
        {"IPAMDriver", "ipam-driver", 0, KEY_SINGLE, KEY_WORKS, check_ipam_driver,
         FIELD(ipam_driver), "DRIVER", "host-local"},
        {"InterfaceName", "interface-name", 0, KEY_SINGLE, KEY_WORKS, check_interface,
         FIELD(interface_name), "NAME", "name of the bridge"},
        {"Options", "opt", 'o', KEY_MAP, KEY_WORKS, check_pair,
         FIELD(options), "NAME=VALUE", "options of the bridge"},
        {"Label", "label", 0, KEY_MAP, KEY_WORKS, check_pair,
         FIELD(labels), "NAME=VALUE", "metadata"},
        {NULL, "unit", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(unit), "UNIT", "name of the systemd unit, for messages"},
        KEY_COMMON_ROWS,
        {"NetworkDeleteOnStop", NULL, 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         KEY_NO_FIELD, NULL, "a network lives as long as its service anyway"},
        KEY_OPTION_WITHOUT("ignore", 0, KEY_BOOLEAN, "a unit always does so"),
        KEY_OPTION_REFUSED("route", 0, KEY_LINES, "routes of one's own are not made; the network's way out knows the host's"),
};
/* clang-format on */

static KeyIndex key_index;

const KeyTable network_key_table = {
        .section = "Network",
        .keys = network_keys,
        .count = G_N_ELEMENTS(network_keys),
        .spec_size = sizeof(NetworkSpec),
        .index = &key_index,
};

NetworkSpec *network_spec_new(void) {
        return key_table_new_spec(&network_key_table);
}

void network_spec_free(NetworkSpec *spec) {
        key_table_free_spec(&network_key_table, spec);
}

static void check(KeyLoad *load) {
        NetworkSpec *spec = load->spec;

        if (spec->gateways->len > spec->subnets->len)
                key_load_report_key(load, PROBLEM_ERROR, "Gateway",
                                    spec->subnets->len ? "there are more gateways than subnets"
                                                       : "a gateway needs Subnet=");
        if (spec->ranges->len > spec->subnets->len)
                key_load_report_key(load, PROBLEM_ERROR, "IPRange",
                                    spec->subnets->len ? "there are more ranges than subnets"
                                                       : "a range needs Subnet=");
}

const KeyLoader network_loader = {
        .table = &network_key_table,
        .check = check,
        .is_optional = true,
};
