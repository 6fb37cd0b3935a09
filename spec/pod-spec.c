/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [Pod]: its table. */

#include "spec/pod-spec.h"

#include "base/error.h"
#include "spec/container-adjust.h"
#include "spec/container-checks.h"
#include "spec/key-common.h"
#include "spec/value-address.h"

#define REMARK_INFRA   "no container is kept for the pod itself"
#define REMARK_MEMBERS "it is for each container: write it in the .container files"
#define REMARK_REMAP   "it is obsolete in Podman too; write UserNS= instead"

static bool check_exit_policy(const char *value, GError **error) {
        if (g_str_equal(value, "stop") || g_str_equal(value, "continue"))
                return true;
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither stop nor continue", value);
}

#define FIELD(name) offsetof(PodSpec, name)

/* clang-format off */
static const Key pod_keys[] = {
        {"PodName", "name", 0, KEY_SINGLE, KEY_WORKS, check_name_pod,
         FIELD(name), "NAME", "name of the pod"},
        {"Network", "network", 0, KEY_LINES, KEY_WORKS, check_network,
         FIELD(networks), "MODE", "none, host, pasta[:OPTIONS], or a network"},
        {"NetworkAlias", "network-alias", 0, KEY_LINES, KEY_WORKS, check_host_name,
         FIELD(network_aliases), "NAME", "further name on networks", true},
        {"IP", "ip", 0, KEY_SINGLE, KEY_WORKS, value_address_check,
         FIELD(ip), "ADDRESS", "address on the network"},
        {"IP6", "ip6", 0, KEY_SINGLE, KEY_WORKS, value_address_check,
         FIELD(ip6), "ADDRESS", "IPv6 address on the network"},
        {"PublishPort", "publish", 'p', KEY_LINES, KEY_WORKS, check_port,
         FIELD(ports), "[[ADDRESS:]HOST:]PORT[/udp]", "port of the pod that the host answers on", true},
        {"HostName", "hostname", 0, KEY_SINGLE, KEY_WORKS, check_host_name,
         FIELD(host_name), "NAME", "host name inside"},
        {"AddHost", "add-host", 0, KEY_LINES, KEY_WORKS, check_host,
         FIELD(hosts), "NAME:ADDRESS", "line of /etc/hosts", true},
        {"DNS", "dns", 0, KEY_LINES, KEY_WORKS, value_address_check,
         FIELD(dns), "ADDRESS", "name server", true},
        {"DNSOption", "dns-option", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns_options), "OPTION", "option of resolv.conf(5)", true},
        {"DNSSearch", "dns-search", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns_search), "DOMAIN", "search domain", true},
        {"Volume", "volume", 'v', KEY_LINES, KEY_WORKS, check_volume,
         FIELD(volumes), "[SOURCE:]TARGET[:OPTIONS]", "file, folder or named volume inside all members"},
        {"ShmSize", "shm-size", 0, KEY_SINGLE, KEY_WORKS, check_size,
         FIELD(shm_size), "SIZE", "size of /dev/shm, which members share"},
        {"UserNS", "userns", 0, KEY_SINGLE, KEY_WORKS, check_userns,
         FIELD(user_namespace), "MODE", "which ids the members have"},
        {"UIDMap", "uidmap", 0, KEY_SPLIT, KEY_WORKS, check_idmap,
         FIELD(uid_map), "MAP", "ids of users, CONTAINER:HOST:COUNT", true},
        {"GIDMap", "gidmap", 0, KEY_SPLIT, KEY_WORKS, check_idmap,
         FIELD(gid_map), "MAP", "ids of groups, CONTAINER:HOST:COUNT", true},
        {"SubUIDMap", "subuidname", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(sub_uid_name), "NAME", "whose subordinate user ids are used"},
        {"SubGIDMap", "subgidname", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(sub_gid_name), "NAME", "whose subordinate group ids are used"},
        {"ExitPolicy", "exit-policy", 0, KEY_SINGLE_EMPTY, KEY_WORKS, check_exit_policy,
         FIELD(exit_policy), "POLICY", "once the last member has ended: stop, which is the default, or continue"},
        {"StopTimeout", "stop-timeout", 0, KEY_SINGLE_EMPTY, KEY_WORKS, check_duration,
         FIELD(stop_timeout), "SECONDS", "how long members may take to stop"},
        {"Label", "label", 'l', KEY_MAP, KEY_WORKS, check_pair,
         FIELD(labels), "NAME=VALUE", "metadata"},
        {NULL, "unit", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(unit), "UNIT", "name of the systemd unit, for messages"},
        KEY_COMMON_ROWS,
        KEY_OPTION_WITHOUT("infra", 0, KEY_BOOLEAN, REMARK_INFRA),
        KEY_OPTION_WITHOUT("infra-command", 0, KEY_SINGLE, REMARK_INFRA),
        KEY_OPTION_WITHOUT("infra-conmon-pidfile", 0, KEY_SINGLE, REMARK_INFRA),
        KEY_OPTION_WITHOUT("infra-image", 0, KEY_SINGLE, REMARK_INFRA),
        KEY_OPTION_WITHOUT("infra-name", 0, KEY_SINGLE, REMARK_INFRA),
        KEY_OPTION_WITHOUT("no-hosts", 0, KEY_BOOLEAN, "/etc/hosts is always written: the members' names are in it"),
        KEY_OPTION_WITHOUT("pod-id-file", 0, KEY_SINGLE, "a pod is known by its name"),
        KEY_OPTION_WITHOUT("replace", 0, KEY_BOOLEAN, "a unit always does so"),
        KEY_OPTION_WITHOUT("cgroup-parent", 0, KEY_SINGLE, "each member has its unit's cgroup; Slice= in [Service] says where that lies"),
        KEY_OPTION_WITHOUT("hosts-file", 0, KEY_SINGLE, "/etc/hosts has the members' names and those of AddHost= only"),
        KEY_OPTION_WITHOUT("no-hostname", 0, KEY_BOOLEAN, "/etc/hostname is always written"),
        KEY_OPTION_WITHOUT("share-parent", 0, KEY_BOOLEAN, "each member has its unit's cgroup"),
        KEY_OPTION_REFUSED("blkio-weight", 0, KEY_SINGLE, REMARK_MEMBERS ", as IOWeight= in [Service]"),
        KEY_OPTION_REFUSED("blkio-weight-device", 0, KEY_LINES, REMARK_MEMBERS ", as IODeviceWeight= in [Service]"),
        KEY_OPTION_REFUSED("cpu-shares", 'c', KEY_SINGLE, REMARK_MEMBERS ", as CPUWeight= in [Service]"),
        KEY_OPTION_REFUSED("cpuset-cpus", 0, KEY_SINGLE, REMARK_MEMBERS ", as AllowedCPUs= in [Service]"),
        KEY_OPTION_REFUSED("cpuset-mems", 0, KEY_SINGLE, REMARK_MEMBERS ", as AllowedMemoryNodes= in [Service]"),
        KEY_OPTION_REFUSED("device-read-bps", 0, KEY_LINES, REMARK_MEMBERS ", as IOReadBandwidthMax= in [Service]"),
        KEY_OPTION_REFUSED("device-write-bps", 0, KEY_LINES, REMARK_MEMBERS ", as IOWriteBandwidthMax= in [Service]"),
        KEY_OPTION_REFUSED("gpus", 0, KEY_SINGLE, REMARK_MEMBERS ", as AddDevice=nvidia.com/gpu=all"),
        KEY_OPTION_REFUSED("label-file", 0, KEY_LINES, "write its lines as Label="),
        KEY_OPTION_REFUSED("mac-address", 0, KEY_SINGLE, "write it behind the network, as Network=app.network:mac=ADDRESS"),
        KEY_OPTION_REFUSED("memory-swap", 0, KEY_SINGLE, REMARK_MEMBERS ", as MemorySwapMax= in [Service]"),
        KEY_OPTION_REFUSED("pid", 0, KEY_SINGLE, "each member sees its own processes only"),
        KEY_OPTION_REFUSED("shm-size-systemd", 0, KEY_SINGLE, REMARK_MEMBERS ", as Tmpfs=/run:size=SIZE"),
        KEY_OPTION_REFUSED("uts", 0, KEY_SINGLE, "the pod has a host name of its own; HostName=%H gives it the host's"),
        KEY_OPTION_REFUSED("volumes-from", 0, KEY_LINES, "name the volumes with Volume= here"),
        KEY_OPTION_REFUSED("cpus", 0, KEY_SINGLE, REMARK_MEMBERS ", as CPUQuota= in [Service]"),
        KEY_OPTION_REFUSED("device", 0, KEY_LINES, REMARK_MEMBERS ", as AddDevice="),
        KEY_OPTION_REFUSED("memory", 'm', KEY_SINGLE, REMARK_MEMBERS ", as Memory="),
        KEY_OPTION_REFUSED("restart", 0, KEY_SINGLE, "write Restart= in [Service] instead"),
        KEY_OPTION_REFUSED("security-opt", 0, KEY_LINES, REMARK_MEMBERS),
        KEY_OPTION_REFUSED("share", 0, KEY_SINGLE, "what members share cannot be chosen"),
        KEY_OPTION_REFUSED("sysctl", 0, KEY_LINES, REMARK_MEMBERS ", as Sysctl="),
        {"RemapUsers", NULL, 0, KEY_SINGLE, KEY_REFUSED, NULL,
         KEY_NO_FIELD, "VALUE", REMARK_REMAP},
        {"RemapUid", NULL, 0, KEY_SPLIT, KEY_REFUSED, NULL,
         KEY_NO_FIELD, "VALUE", REMARK_REMAP},
        {"RemapGid", NULL, 0, KEY_SPLIT, KEY_REFUSED, NULL,
         KEY_NO_FIELD, "VALUE", REMARK_REMAP},
        {"RemapUidSize", NULL, 0, KEY_SINGLE, KEY_REFUSED, NULL,
         KEY_NO_FIELD, "VALUE", REMARK_REMAP},
};
/* clang-format on */

static KeyIndex key_index;

const KeyTable pod_key_table = {
        .section = "Pod",
        .keys = pod_keys,
        .count = G_N_ELEMENTS(pod_keys),
        .spec_size = sizeof(PodSpec),
        .index = &key_index,
};

PodSpec *pod_spec_new(void) {
        return key_table_new_spec(&pod_key_table);
}

void pod_spec_free(PodSpec *spec) {
        key_table_free_spec(&pod_key_table, spec);
}

static bool adjust_volume(const KeyLoad *load, char **value, GError **error) {
        return reference_volume(load->references, load->path, value, error);
}

static const KeyAdjustment adjustments[] = {
        {FIELD(networks), container_adjust_network},
        {FIELD(volumes), adjust_volume},
        {KEY_NO_FIELD, NULL},
};

const KeyLoader pod_loader = {
        .table = &pod_key_table,
        .adjustments = adjustments,
};
