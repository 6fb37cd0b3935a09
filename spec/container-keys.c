/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key table, and looking things up in it. One row a key or option; nothing else in the project lists
 * them. */

#include "spec/container-keys.h"

#include "spec/container-checks.h"
#include "spec/nearest.h"

#include <string.h>

#define FIELD(name) offsetof(ContainerSpec, name)

/* One remark is reported once a unit, whatever the number of keys that have it. */
#define REMARK_HEALTH "health checks come with a later version; the container runs without them"
#define REMARK_LABELS "containers get no SELinux label of their own in this version"
#define REMARK_MAPS                                                                                         \
        "own maps of ids come with a later version; UserNS=keep-id:uid=…,gid=… does for most images"
#define REMARK_REMAP        "it is obsolete in Podman too; write UserNS= instead"
#define REMARK_ADDRESSES    "addresses on networks come with a later version"
#define REMARK_RETRY        "a failed pull is tried again by Restart= in [Service]"
#define REMARK_RELOAD       "reloading comes with a later version; ExecReload= in [Service] works"
#define REMARK_PODS         "pods come with a later version"
#define REMARK_TERMINAL     "a service has no terminal"
#define REMARK_PODMAN_FILES "these files are for podman, which does not run here"

/* clang-format off */
const ContainerKey container_keys[] = {
        {"ContainerName", "name", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(name), "NAME", "name of the container, also its host name"},
        {"Image", NULL, 0, KEY_SINGLE, KEY_WORKS, check_image,
         FIELD(image), "IMAGE", "image to run, or the name of an imported one"},
        {"Rootfs", "rootfs", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(rootfs), "FOLDER", "folder to run instead of an image"},
        {"Entrypoint", "entrypoint", 0, KEY_SINGLE_EMPTY, KEY_WORKS, check_entrypoint,
         FIELD(entrypoint), "PROGRAM", "replaces the image's entry point, a JSON list for several words; empty: none"},
        {"Exec", NULL, 0, KEY_COMMAND, KEY_WORKS, NULL,
         FIELD(command), "WORD…", "arguments of the entry point, or the command"},
        {"Label", "label", 'l', KEY_MAP, KEY_WORKS, check_pair,
         FIELD(labels), "NAME=VALUE", "metadata"},
        {"Annotation", "annotation", 0, KEY_MAP, KEY_WORKS, check_pair,
         FIELD(annotations), "NAME=VALUE", "metadata"},
        {"Environment", "env", 'e', KEY_MAP, KEY_WORKS, check_pair,
         FIELD(environment), "NAME=VALUE", "variable; NAME alone: the value that the service has"},
        {"EnvironmentFile", "env-file", 0, KEY_WORDS, KEY_WORKS, NULL,
         FIELD(environment_files), "FILE", "file with variables"},
        {"EnvironmentHost", "env-host", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(environment_host), NULL, "pass on all variables that the service has"},
        {"Volume", "volume", 'v', KEY_LINES, KEY_WORKS, check_volume,
         FIELD(volumes), "[SOURCE:]TARGET[:OPTIONS]", "file, folder or named volume inside the container"},
        {"Mount", "mount", 0, KEY_WORDS, KEY_WORKS, NULL,
         FIELD(mounts), "type=TYPE,…", "the same, spelt out"},
        {"Tmpfs", "tmpfs", 0, KEY_LINES, KEY_WORKS, check_tmpfs,
         FIELD(tmpfs), "TARGET[:OPTIONS]", "file system in memory"},
        {"ReadOnly", "read-only", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(read_only), NULL, "make the root file system read-only"},
        {"ReadOnlyTmpfs", "read-only-tmpfs", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(read_only_tmpfs), NULL, "with ReadOnly=: writable /run, /tmp and /var/tmp all the same"},
        {"ShmSize", "shm-size", 0, KEY_SINGLE, KEY_WORKS, check_size,
         FIELD(shm_size), "SIZE", "size of /dev/shm"},
        {"Mask", "security-opt=mask", 0, KEY_WORDS, KEY_WORKS, NULL,
         FIELD(masked), "PATH", "hide this path"},
        {"Unmask", "security-opt=unmask", 0, KEY_WORDS, KEY_WORKS, NULL,
         FIELD(unmasked), "PATH", "do not hide this path, or ALL"},
        {"AddDevice", "device", 0, KEY_SPLIT, KEY_WORKS, NULL,
         FIELD(devices), "DEVICE[:TARGET[:OPTIONS]]", "device node of the host"},
        {"Network", "network", 0, KEY_LINES, KEY_WORKS, check_network,
         FIELD(networks), "MODE", "none, host, or pasta[:OPTIONS]"},
        {"PublishPort", "publish", 'p', KEY_LINES, KEY_WORKS, check_port,
         FIELD(ports), "[[ADDRESS:]HOST:]PORT[/udp]", "port of the container that the host answers on"},
        {"HostName", "hostname", 'h', KEY_SINGLE, KEY_WORKS, check_host_name,
         FIELD(host_name), "NAME", "host name inside"},
        {"AddHost", "add-host", 0, KEY_LINES, KEY_WORKS, check_host,
         FIELD(hosts), "NAME:ADDRESS", "line of /etc/hosts"},
        {"DNS", "dns", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns), "ADDRESS", "name server"},
        {"DNSOption", "dns-option", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns_options), "OPTION", "option of resolv.conf(5)"},
        {"DNSSearch", "dns-search", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns_search), "DOMAIN", "search domain"},
        {"User", "user", 'u', KEY_SINGLE, KEY_WORKS, check_user,
         FIELD(user), "USER[:GROUP]", "user inside, name or number"},
        {"Group", "group", 0, KEY_SINGLE, KEY_WORKS, check_group,
         FIELD(group), "GROUP", "group inside, name or number"},
        {"GroupAdd", "group-add", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(groups), "GROUP", "additional group, or keep-groups"},
        {"UserNS", "userns", 0, KEY_SINGLE, KEY_WORKS, check_userns,
         FIELD(user_namespace), "MODE", "keep-id[:uid=,gid=], auto, nomap, host or single"},
        {"WorkingDir", "workdir", 'w', KEY_SINGLE, KEY_WORKS, check_absolute,
         FIELD(working_directory), "FOLDER", "working directory inside"},
        {"Timezone", "tz", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(time_zone), "ZONE", "time zone like Europe/Paris, or local"},
        {"AddCapability", "cap-add", 0, KEY_SPLIT, KEY_WORKS, check_capability,
         FIELD(capabilities_added), "CAPABILITY", "add a capability, or ALL"},
        {"DropCapability", "cap-drop", 0, KEY_SPLIT, KEY_WORKS, check_capability,
         FIELD(capabilities_dropped), "CAPABILITY", "drop a capability, or ALL"},
        {"NoNewPrivileges", "security-opt=no-new-privileges", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(no_new_privileges), NULL, "programs cannot gain privileges by setuid"},
        {"SeccompProfile", "security-opt=seccomp", 0, KEY_SINGLE_EMPTY, KEY_WORKS, NULL,
         FIELD(seccomp_profile), "PROFILE", "system call filter: nesting, unconfined"},
        {"Sysctl", "sysctl", 0, KEY_SPLIT, KEY_WORKS, check_pair,
         FIELD(sysctls), "NAME=VALUE", "kernel parameter of the container"},
        {"Ulimit", "ulimit", 0, KEY_LINES, KEY_WORKS, check_pair,
         FIELD(ulimits), "NAME=SOFT[:HARD]", "resource limit of processes"},
        {NULL, "umask", 0, KEY_SINGLE, KEY_WORKS, check_mode,
         FIELD(umask), "MODE", "file mode creation mask"},
        {"RunInit", "init", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(init), NULL, "run a small init as process 1"},
        {"Notify", "sdnotify", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(notify), "WHO", "who says that the service is ready: conmon, container or healthy"},
        {"StopSignal", "stop-signal", 0, KEY_SINGLE, KEY_WORKS, check_signal,
         FIELD(stop_signal), "SIGNAL", "signal that asks the payload to stop"},
        {"StopTimeout", "stop-timeout", 0, KEY_SINGLE, KEY_WORKS, check_duration,
         FIELD(stop_timeout), "SECONDS", "how long it may take before it is killed"},
        {"LogDriver", "log-driver", 0, KEY_SINGLE_EMPTY, KEY_WORKS, NULL,
         FIELD(log_driver), "DRIVER", "journald, passthrough or none"},
        {"Pull", "pull", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(pull), "WHEN", "when the image is fetched: missing, always, newer or never"},
        {"Memory", "memory", 'm', KEY_SINGLE, KEY_UNIT, check_size,
         FIELD(memory), "SIZE", "limit of memory, as MemoryMax= of the unit"},
        {"PidsLimit", "pids-limit", 0, KEY_SINGLE, KEY_UNIT, NULL,
         FIELD(pids_limit), "NUMBER", "limit of processes, as TasksMax= of the unit"},
        {NULL, "unit", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(unit), "UNIT", "name of the systemd unit, for messages"},
        {NULL, "broken", 0, KEY_SINGLE_EMPTY, KEY_WORKS, NULL,
         FIELD(broken), "REASON", "run nothing, report this reason"},
        {"PodmanArgs", NULL, 0, KEY_WORDS, KEY_WORKS, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "options of this table that have no key, or that come later in Podman"},
        {"ServiceName", NULL, 0, KEY_SINGLE_EMPTY, KEY_WORKS, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "name of the unit, without .service"},
        {"AutoUpdate", NULL, 0, KEY_SINGLE, KEY_WORKS, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "how the image is kept up to date, kept as the label io.containers.autoupdate"},
        {"VolatileTmp", NULL, 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, "deprecated: /tmp in memory, 512 MiB"},
        {"CgroupsMode", "cgroups", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "the unit's own cgroup is always used"},
        {"GlobalArgs", NULL, 0, KEY_WORDS, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "these options are for podman, which does not run here"},
        {"ContainersConfModule", "module", 0, KEY_LINES, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_PODMAN_FILES},
        {"HttpProxy", "http-proxy", 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, "proxy variables are not passed on by themselves in this version; name them with Environment="},
        {"ExposeHostPort", "expose", 0, KEY_LINES, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "nothing needs to be exposed here; PublishPort= makes a port reachable"},
        {"LogOpt", "log-opt", 0, KEY_SPLIT, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "the journal has no options per container"},
        {"NetworkAlias", "network-alias", 0, KEY_LINES, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "names on networks come with a later version"},
        {"IP", "ip", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_ADDRESSES},
        {"IP6", "ip6", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_ADDRESSES},
        {"Retry", "retry", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_RETRY},
        {"RetryDelay", "retry-delay", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_RETRY},
        {"SecurityLabelDisable", "security-opt=label=disable", 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, REMARK_LABELS},
        {"SecurityLabelNested", "security-opt=label=nested", 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, REMARK_LABELS},
        {"SecurityLabelType", "security-opt=label=type:", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_LABELS},
        {"SecurityLabelFileType", "security-opt=label=filetype:", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_LABELS},
        {"SecurityLabelLevel", "security-opt=label=level:", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_LABELS},
        {"StartWithPod", NULL, 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, REMARK_PODS},
        {"ReloadCmd", NULL, 0, KEY_COMMAND, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_RELOAD},
        {"ReloadSignal", NULL, 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_RELOAD},
        {"HealthCmd", "health-cmd", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthInterval", "health-interval", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthOnFailure", "health-on-failure", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthLogDestination", "health-log-destination", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthMaxLogCount", "health-max-log-count", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthMaxLogSize", "health-max-log-size", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthRetries", "health-retries", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthStartPeriod", "health-start-period", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthTimeout", "health-timeout", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthStartupCmd", "health-startup-cmd", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthStartupInterval", "health-startup-interval", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthStartupRetries", "health-startup-retries", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthStartupSuccess", "health-startup-success", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {"HealthStartupTimeout", "health-startup-timeout", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_HEALTH},
        {NULL, "rm", 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, "a unit always does so"},
        {NULL, "replace", 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, "a unit always does so"},
        {NULL, "detach", 'd', KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, "a unit always does so"},
        {NULL, "quiet", 'q', KEY_BOOLEAN, KEY_IGNORED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, "nothing is printed anyway"},
        {"AppArmor", "security-opt=apparmor", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "AppArmor profiles are not supported; AppArmorProfile= in [Service] is not either, for user services"},
        {"Pod", "pod", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_PODS},
        {"Secret", "secret", 0, KEY_WORDS, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "secrets come with a later version; until then Volume= can bring a file in, EnvironmentFile= a variable"},
        {"UIDMap", "uidmap", 0, KEY_SPLIT, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_MAPS},
        {"GIDMap", "gidmap", 0, KEY_SPLIT, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_MAPS},
        {"SubUIDMap", "subuidname", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_MAPS},
        {"SubGIDMap", "subgidname", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_MAPS},
        {"RemapUsers", NULL, 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_REMAP},
        {"RemapUid", NULL, 0, KEY_SPLIT, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_REMAP},
        {"RemapGid", NULL, 0, KEY_SPLIT, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_REMAP},
        {"RemapUidSize", NULL, 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", REMARK_REMAP},
        {NULL, "privileged", 0, KEY_BOOLEAN, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, "without root it gives nothing on the host; name what is needed with AddCapability=, AddDevice= and SecurityLabelDisable="},
        {NULL, "pid", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "other process namespaces come with a later version"},
        {NULL, "ipc", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "other IPC namespaces come with a later version"},
        {NULL, "gpus", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "GPUs come with a later version; AddDevice= passes device nodes"},
        {NULL, "cpus", 0, KEY_SINGLE, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, "VALUE", "write CPUQuota= in [Service] instead (1 CPU is 100%)"},
        {NULL, "tty", 't', KEY_BOOLEAN, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, REMARK_TERMINAL},
        {NULL, "interactive", 'i', KEY_BOOLEAN, KEY_REFUSED, NULL,
         CONTAINER_KEY_NO_FIELD, NULL, REMARK_TERMINAL},
};
/* clang-format on */

const size_t container_keys_count = G_N_ELEMENTS(container_keys);

/* Rows by the first letter of their key, chained; 0 ends a chain, so that numbers are one more than the
 * index. */
static struct {
        guint8 first[26];
        guint8 next[G_N_ELEMENTS(container_keys)];
        bool ready;
} key_index;

G_STATIC_ASSERT(G_N_ELEMENTS(container_keys) < G_MAXUINT8);

static void build_key_index(void) {
        for (size_t i = G_N_ELEMENTS(container_keys); i > 0; i--) {
                const char *key = container_keys[i - 1].key;

                if (!key)
                        continue;
                key_index.next[i - 1] = key_index.first[key[0] - 'A'];
                key_index.first[key[0] - 'A'] = (guint8) i;
        }
        key_index.ready = true;
}

const ContainerKey *container_key_find(const char *key) {
        if (!g_ascii_isupper(key[0]))
                return NULL;
        if (!key_index.ready)
                build_key_index();
        for (guint8 i = key_index.first[key[0] - 'A']; i > 0; i = key_index.next[i - 1])
                if (strcmp(container_keys[i - 1].key, key) == 0)
                        return &container_keys[i - 1];
        return NULL;
}

/* Options with a fixed part may share their beginning ("security-opt=label=disable"), so that the longest
 * wins. */
const ContainerKey *container_key_find_option(const char *text, const char **ret_value) {
        const ContainerKey *found = NULL;
        size_t found_length = 0;

        for (size_t i = 0; i < container_keys_count; i++) {
                const char *option = container_keys[i].option;

                if (!option || option[0] != text[0])
                        continue;
                size_t length = strlen(option);
                bool open_end = option[length - 1] == ':';
                if (length > found_length && strncmp(text, option, length) == 0 &&
                    (open_end || text[length] == '=' || text[length] == '\0')) {
                        found = &container_keys[i];
                        found_length = length;
                        if (ret_value)
                                *ret_value = open_end       ? text + length
                                             : text[length] ? text + length + 1
                                                            : NULL;
                }
        }
        return found;
}

const ContainerKey *container_key_find_letter(char letter) {
        for (size_t i = 0; i < container_keys_count; i++)
                if (container_keys[i].letter && container_keys[i].letter == letter)
                        return &container_keys[i];
        return NULL;
}

static const char *nearest(const char *word, size_t offset) {
        const char *best = NULL;
        guint best_distance = G_MAXUINT;

        for (size_t i = 0; i < container_keys_count; i++) {
                const char *name = *(const char *const *) ((const char *) &container_keys[i] + offset);
                guint distance = name ? nearest_distance(word, name) : G_MAXUINT;

                if (distance < best_distance) {
                        best_distance = distance;
                        best = name;
                }
        }
        return best && nearest_is_plausible(word, best_distance) ? best : NULL;
}

const char *container_key_nearest(const char *word) {
        return nearest(word, offsetof(ContainerKey, key));
}

const char *container_key_nearest_option(const char *word) {
        return nearest(word, offsetof(ContainerKey, option));
}
