/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Adapters between the key table and the grammars, for values that are only to be checked. */

#include "spec/container-checks.h"

#include "base/error.h"
#include "spec/nearest.h"
#include "spec/value-basic.h"
#include "spec/value-capability.h"
#include "spec/value-device.h"
#include "spec/value-health.h"
#include "spec/value-idmap.h"
#include "spec/value-image.h"
#include "spec/value-json-list.h"
#include "spec/value-member.h"
#include "spec/value-mount.h"
#include "spec/value-name.h"
#include "spec/value-network.h"
#include "spec/value-port.h"
#include "spec/value-secret.h"
#include "spec/value-signal.h"
#include "spec/value-user.h"
#include "spec/value-userns.h"
#include "spec/value-volume.h"

#include <string.h>

bool check_absolute(const char *value, GError **error) {
        if (value[0] != '/')
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' does not start with '/'", value);
        return true;
}

bool check_capability(const char *value, GError **error) {
        const char *name;

        return value_capability_parse(value, &name, error);
}

bool check_cpus(const char *value, GError **error) {
        char *end = NULL;
        double cpus = g_ascii_strtod(value, &end);

        if (!g_ascii_isdigit(*value) || *end || !(cpus >= 0.01 && cpus <= 10000))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a number of processors, like 2 or 0.5",
                            value);
        return true;
}

bool check_device(const char *value, GError **error) {
        g_autoptr(DeviceValue) device = NULL;

        return value_device_parse(value, &device, error);
}

bool check_duration(const char *value, GError **error) {
        guint64 usec;

        return value_duration_parse(value, &usec, error);
}

/* A line of passwd(5) or group(5). */
bool check_entry(const char *value, GError **error) {
        for (const char *c = value; *c; c++)
                if (g_ascii_iscntrl(*c))
                        return fail(error, WOLFFIA_ERROR_VALUE, "the line has control characters in it");
        return strchr(value, ':') ||
               fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is not a line like $USERNAME:x:$UID:$GID::$HOME:/bin/sh, or $GROUPNAME:x:$GID:",
                    value);
}

/* A program, or a JSON list with its arguments; a program whose name starts with "[" is one of tests. */
bool check_entrypoint(const char *value, GError **error) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

        return !value_json_list_is(value) || !strchr(value, '"') ||
               value_json_list_parse(value, words, error);
}

/* A number is a count to some programs, and a name to podman. */
bool check_gpus(const char *value, GError **error) {
        return g_str_equal(value, "all") ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "'%s' may mean a number of devices or one of them; write AddDevice=nvidia.com/gpu=NAME for each, "
                    "as `nvidia-ctk cdi list` shows them, or all",
                    value);
}

bool check_group(const char *value, GError **error) {
        g_autofree char *user = NULL, *group = NULL;

        if (strchr(value, ':'))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a group name or id", value);
        g_autoptr(GError) reason = NULL;
        if (!value_user_parse(value, &user, &group, &reason))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a group name or id", value);
        return true;
}

bool check_health(const char *value, GError **error) {
        g_autoptr(HealthCommand) command = NULL;

        return value_health_parse(value, &command, error);
}

bool check_health_action(const char *value, GError **error) {
        HealthAction action;

        return value_health_action_parse(value, &action, error);
}

bool check_host(const char *value, GError **error) {
        const char *colon = strchr(value, ':');

        if (!colon || colon == value || !colon[1])
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not of the form NAME:ADDRESS", value);
        if (!g_str_equal(colon + 1, "host-gateway")) {
                size_t length = strlen(colon + 1);
                bool brackets = colon[1] == '[' && colon[length] == ']';
                g_autofree char *address = brackets ? g_strndup(colon + 2, length - 2) : g_strdup(colon + 1);

                if (!g_hostname_is_ip_address(address))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is neither an IP address nor host-gateway", colon + 1);
        }
        return true;
}

bool check_host_name(const char *value, GError **error) {
        if (strlen(value) > 64)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is longer than the 64 characters of a host name", value);
        for (const char *p = value; *p; p++)
                if (!g_ascii_isalnum(*p) && !strchr("-._", *p))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is not a host name; letters, digits, - and . are possible", value);
        return true;
}

bool check_idmap(const char *value, GError **error) {
        IdMapping mapping;

        return value_idmap_parse(value, &mapping, error);
}

bool check_image(const char *value, GError **error) {
        return value_image_check(value, error);
}

bool check_interval(const char *value, GError **error) {
        return g_str_equal(value, "disable") || check_duration(value, error);
}

bool check_mode(const char *value, GError **error) {
        mode_t mode;

        return value_mode_parse(value, &mode, error);
}

bool check_mount(const char *value, GError **error) {
        g_autoptr(MountValue) mount = NULL;

        return value_mount_parse(value, &mount, error);
}

bool check_network(const char *value, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;
        g_autoptr(NetworkMember) member = NULL;

        if (!value_network_parse(value, &mode, error))
                return false;
        return (mode->kind != NETWORK_UNIT && mode->kind != NETWORK_NAMED) ||
               value_member_parse(mode, &member, error);
}

bool check_number(const char *value, GError **error) {
        guint64 number;

        return value_number_parse(value, 1000000, &number, error);
}

static bool is_own(const char *value) {
        return !*value || g_str_equal(value, "private");
}

bool check_own_hosts(const char *value, GError **error) {
        return g_str_equal(value, "none") ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "/etc/hosts is the container's own; write AddHost=NAME:ADDRESS for each line of %s",
                    g_str_equal(value, "image") ? "the image's" : value);
}

/* podman-run(1): shareable is its default, and private to whoever does not ask. */
bool check_ipc(const char *value, GError **error) {
        return is_own(value) || g_str_equal(value, "shareable") || g_str_equal(value, "host") ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "System V and POSIX IPC are the container's own, or with --ipc=host the host's; Pod= shares those of a pod");
}

bool check_own_pid(const char *value, GError **error) {
        return is_own(value) ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED, "a container sees its own processes only; %s",
                    g_str_equal(value, "host")
                            ? "among those of the host its root could end all of yours, and what it leaves running would outlive it; what looks at those runs as a service without a container"
                            : "'wolffia exec' runs a program among those of another");
}

bool check_own_uts(const char *value, GError **error) {
        return is_own(value) ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "a container has a host name of its own, or its pod's; HostName=%%H gives it the host's");
}

bool check_name_container(const char *value, GError **error) {
        return value_name_check(NAME_CONTAINER, value, error);
}

bool check_name_pod(const char *value, GError **error) {
        return value_name_check(NAME_POD, value, error);
}

bool check_name_volume(const char *value, GError **error) {
        return value_name_check(NAME_VOLUME, value, error);
}

bool check_pair(const char *value, GError **error) {
        if (!*value || *value == '=')
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has no name before the '='", value);
        return true;
}

bool check_port(const char *value, GError **error) {
        g_autoptr(PortMapping) mapping = NULL;

        return value_port_parse(value, &mapping, error);
}

bool check_pull(const char *value, GError **error) {
        static const char *const known[] = {"always", "missing", "never", "newer"};

        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (g_str_equal(value, known[i]))
                        return true;
        const char *nearest = nearest_find(value, known, G_N_ELEMENTS(known));
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not known; %s%s%s", value,
                    nearest ? "did you mean " : "",
                    nearest ? nearest : "missing, always, newer and never are", nearest ? "?" : "");
}

bool check_secret(const char *value, GError **error) {
        g_autoptr(Secret) secret = NULL;

        return value_secret_parse(value, &secret, error);
}

bool check_signal(const char *value, GError **error) {
        int number;

        return value_signal_parse(value, &number, error);
}

/* Parts of a label are joined by colons; the rest is the policy's to know. */
bool check_label(const char *value, GError **error) {
        return value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] ==
                       '\0' ||
               fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not one part of a label, like container_t", value);
}

bool check_level(const char *value, GError **error) {
        return (g_ascii_isalpha(*value) && value[strspn(value, "sc0123456789:,.-")] == '\0') ||
               fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a level, like s0:c100,c200", value);
}

bool check_profile(const char *value, GError **error) {
        for (const char *c = value; *c; c++)
                if (g_ascii_iscntrl(*c))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "the name of a profile has no control characters");
        return true;
}

bool check_log_option(const char *value, GError **error) {
        guint64 bytes;

        if (!strchr(value, '='))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not NAME=VALUE, like max-size=10m", value);
        if (g_str_has_prefix(value, "max-size="))
                return value_size_parse(value + strlen("max-size="), &bytes, error);
        return true;
}

bool check_size(const char *value, GError **error) {
        guint64 bytes;

        return value_size_parse(value, &bytes, error);
}

bool check_number_or_none(const char *value, GError **error) {
        guint64 number;

        return g_str_equal(value, "-1") || value_number_parse(value, G_MAXUINT32, &number, error);
}

bool check_number_set(const char *value, GError **error) {
        return (g_ascii_isdigit(*value) && value[strspn(value, "0123456789,-")] == '\0') ||
               fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a list of numbers, like 0-3,5", value);
}

bool check_oom_score(const char *value, GError **error) {
        guint64 number;

        return value_number_parse(value + (*value == '-'), 1000, &number, NULL) ||
               fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a number from -1000 to 1000", value);
}

bool check_size_or_none(const char *value, GError **error) {
        return g_str_equal(value, "-1") || check_size(value, error);
}

static bool is_one_of(const char *value, const char *const *known) {
        for (; *known; known++)
                if (g_str_equal(value, *known))
                        return true;
        return false;
}

bool check_override(const char *value, GError **error) {
        return is_one_of(value, (const char *const[]){"auto", "yes", "no", NULL}) ||
               fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither auto, yes nor no", value);
}

bool check_standard_input(const char *value, GError **error) {
        return is_one_of(value, (const char *const[]){"null", "pipe", "terminal", NULL}) ||
               fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither null, pipe nor terminal", value);
}

bool check_systemd(const char *value, GError **error) {
        return is_one_of(value, (const char *const[]){"true", "false", "always", NULL}) ||
               fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither true, false nor always", value);
}

bool check_tmpfs(const char *value, GError **error) {
        g_autofree char *target = NULL, *options = NULL;

        return value_tmpfs_parse(value, &target, &options, error);
}

bool check_user(const char *value, GError **error) {
        g_autofree char *user = NULL, *group = NULL;

        return value_user_parse(value, &user, &group, error);
}

bool check_userns(const char *value, GError **error) {
        g_autoptr(UserNamespaceMode) mode = NULL;

        return value_userns_parse(value, &mode, error);
}

bool check_volume(const char *value, GError **error) {
        g_autoptr(Volume) volume = NULL;

        return value_volume_parse(value, &volume, error);
}
