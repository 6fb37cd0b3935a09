/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values in their surroundings: the unit file's folder, other unit files, other keys. */

#include "spec/container-adjust.h"

#include "base/error.h"
#include "base/path.h"
#include "spec/container-remap.h"
#include "spec/nearest.h"
#include "spec/problem.h"
#include "spec/value-basic.h"
#include "spec/value-capability-effect.h"
#include "spec/value-capability.h"
#include "spec/value-network.h"

#include <string.h>

/* data.volum is a good name for a volume, and not what was meant. */
static void check_extension(const KeyLoad *load, const char *value, const char *what,
                            const char *const *extensions, size_t count) {
        g_autofree char *name = g_strndup(value, strcspn(value, ":"));
        const char *extension = strpbrk(name, "/%$@") ? NULL : nearest_extension(name, extensions, count);

        if (!extension)
                return;
        g_autofree char *text =
                g_strdup_printf("'%s' is taken as the name of %s; did you mean %.*s%s?", name, what,
                                (int) (strrchr(name, '.') - name), name, extension);
        key_load_report(load, PROBLEM_WARNING, text);
}

static bool adjust_image(const KeyLoad *load, char **value, GError **error) {
        static const char *const extensions[] = {".image", ".build"};

        if (!strchr(*value, ':'))
                check_extension(load, *value, "an image", extensions, G_N_ELEMENTS(extensions));
        return reference_image(load->references, value, error);
}

static bool adjust_mount(const KeyLoad *load, char **value, GError **error) {
        return reference_mount(load->references, load->path, value, error);
}

bool container_adjust_network(const KeyLoad *load, char **value, GError **error) {
        static const char *const extensions[] = {".network", ".container"};
        bool is_made = false;

        check_extension(load, *value, "a network", extensions, G_N_ELEMENTS(extensions));
        if (!reference_network(load->references, value, &is_made, error))
                return false;
        if (is_made) {
                g_autofree char *name = g_strndup(*value, strcspn(*value, ":"));
                g_autofree char *text = g_strdup_printf(
                        "no .network file gives the name '%s', so wolffia-network@%s.service makes a network with "
                        "the defaults",
                        name, name);
                key_load_report(load, PROBLEM_NOTE, text);
        }
        return true;
}

static bool adjust_path(const KeyLoad *load, char **value, GError **error) {
        return reference_path(load->path, value, error);
}

/* As in [Service], a "-" in front: the file may be missing. */
static bool adjust_environment_file(const KeyLoad *load, char **value, GError **error) {
        if (**value != '-')
                return adjust_path(load, value, error);
        g_autofree char *path = g_strdup(*value + 1);
        if (!adjust_path(load, &path, error))
                return false;
        g_free(*value);
        *value = g_strconcat("-", path, NULL);
        return true;
}

static bool adjust_pod(const KeyLoad *load, char **value, GError **error) {
        return reference_pod(load->references, value, error);
}

static bool adjust_volume(const KeyLoad *load, char **value, GError **error) {
        static const char *const extensions[] = {".volume"};

        if (strchr(*value, ':'))
                check_extension(load, *value, "a volume", extensions, G_N_ELEMENTS(extensions));
        return reference_volume(load->references, load->path, value, error);
}

static bool adjust_seccomp(const KeyLoad *load, char **value, GError **error) {
        if (!**value || g_str_equal(*value, "unconfined") || g_str_equal(*value, "nesting"))
                return true;
        return adjust_path(load, value, error);
}

/* Quadlet's word for who says "ready": healthy, or a boolean. */
static bool adjust_notify(const KeyLoad *load, char **value, GError **error) {
        bool yes;

        if (g_ascii_strcasecmp(*value, "healthy") == 0 || g_str_equal(*value, "container") ||
            g_str_equal(*value, "conmon"))
                return true;
        if (!value_boolean_parse(*value, &yes, NULL))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither yes, no nor healthy", *value);
        g_free(*value);
        *value = g_strdup(yes ? "container" : "conmon");
        return true;
}

static bool adjust_log_driver(const KeyLoad *load, char **value, GError **error) {
        static const char *const known[] = {"journald", "k8s-file", "json-file", "passthrough", "none"};

        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (!**value || strpbrk(*value, "%$") || g_str_equal(*value, known[i]))
                        return true;
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is not known; journald, k8s-file, passthrough and none are", *value);
}

const KeyAdjustment container_adjustments[] = {
        {offsetof(ContainerSpec, environment_files), adjust_environment_file},
        {offsetof(ContainerSpec, image), adjust_image},
        {offsetof(ContainerSpec, log_driver), adjust_log_driver},
        {offsetof(ContainerSpec, mounts), adjust_mount},
        {offsetof(ContainerSpec, networks), container_adjust_network},
        {offsetof(ContainerSpec, notify), adjust_notify},
        {offsetof(ContainerSpec, pod), adjust_pod},
        {offsetof(ContainerSpec, rootfs), adjust_path},
        {offsetof(ContainerSpec, seccomp_profile), adjust_seccomp},
        {offsetof(ContainerSpec, volumes), adjust_volume},
        {KEY_NO_FIELD, NULL},
};

/* Capabilities that a rootless container has in vain, each with what becomes of it. */
static void check_capabilities(const KeyLoad *load, const ContainerSpec *spec) {
        for (guint i = 0; i < spec->capabilities_added->len; i++) {
                const char *name, *effect = NULL;

                if (value_capability_parse(spec->capabilities_added->pdata[i], &name, NULL))
                        effect = value_capability_effect(name, NULL);
                if (!effect)
                        continue;
                g_autofree char *text = g_strdup_printf("%s without root on the host: %s", name, effect);
                key_load_report_key(load, PROBLEM_WARNING, "AddCapability", text);
        }
}

/* At each PodmanArgs= that has the option. */
static void note_option(const KeyLoad *load, const char *option, const char *text) {
        g_autoptr(GPtrArray) lines = unit_file_all(load->unit, "Container", "PodmanArgs");

        for (guint i = 0; i < lines->len; i++) {
                const UnitAssignment *line = lines->pdata[i];

                if (strstr(line->value, option))
                        problem_add(load->problems, PROBLEM_NOTE, line->file, line->line, line->key, "%s %s",
                                    option, text);
        }
}

/* Behind check_capabilities(): in one sentence, not with all capabilities that are in vain one by one. */
static void expand(const KeyLoad *load, ContainerSpec *spec) {
        if (spec->gpus)
                note_option(load, "--gpus", "is taken as AddDevice=nvidia.com/gpu=all");
        if (container_spec_expand(spec))
                note_option(
                        load, "--privileged",
                        "gives all that a user namespace can: its capabilities, no masked paths, "
                        "SeccompProfile=nesting; on the host it gives nothing, and devices come by AddDevice=");
}

/* IP=, IP6= and NetworkAlias= are of networks that have other members. */
static void check_place(const KeyLoad *load, const ContainerSpec *spec) {
        g_autoptr(NetworkMode) mode = NULL;
        const char *text = spec->networks->len > 0 ? spec->networks->pdata[0] : NULL;
        bool literal = !text || !strpbrk(text, "%$");
        const char *why = spec->pod ? "no effect: the network is the pod's; write it into the .pod file"
                                    : "no effect without a Network=NAME.network";

        if (!literal || !value_network_parse(text, &mode, NULL) || mode->kind == NETWORK_UNIT ||
            mode->kind == NETWORK_NAMED)
                return;
        if (spec->ip)
                key_load_report_key(load, PROBLEM_WARNING, "IP", why);
        if (spec->ip6)
                key_load_report_key(load, PROBLEM_WARNING, "IP6", why);
        if (spec->network_aliases->len > 0)
                key_load_report_key(load, PROBLEM_WARNING, "NetworkAlias", why);
}

static void take_default_network(const KeyLoad *load, ContainerSpec *spec) {
        g_autoptr(GError) error = NULL;

        if (!spec->pod && !reference_default_network(load->references, spec->networks, &error))
                key_load_report_key(load, PROBLEM_ERROR, "Network", error->message);
}

static void check_network_use(const KeyLoad *load, const ContainerSpec *spec) {
        const char *mode = spec->networks->len > 0 ? spec->networks->pdata[0] : "";
        bool none = g_str_equal(mode, "none"), host = g_str_equal(mode, "host");

        if (spec->pod && spec->ports->len > 0)
                key_load_report_key(load, PROBLEM_ERROR, "PublishPort",
                                    "the network is the pod's; write it into the .pod file");
        if (spec->pod && spec->networks->len > 0)
                key_load_report_key(load, PROBLEM_ERROR, "Network",
                                    "a member has the network of its pod; write it into the .pod file");
        if (spec->networks->len > 1 && (none || host))
                key_load_report_key(load, PROBLEM_ERROR, "Network",
                                    "none and host cannot be joined with others");
        if (spec->ports->len > 0 && (none || host))
                key_load_report_key(
                        load, PROBLEM_WARNING, "PublishPort",
                        none ? "nothing can be published with Network=none"
                             : "not needed with Network=host, where the container's ports are the host's");
}

/* Most of them are of other programs' drivers, and none is worth a refusal. */
static void check_log_options(const KeyLoad *load, const ContainerSpec *spec) {
        bool is_file = g_strcmp0(spec->log_driver, "k8s-file") == 0 ||
                       g_strcmp0(spec->log_driver, "json-file") == 0;

        for (guint i = 0; i < spec->log_options->len; i++) {
                const char *option = spec->log_options->pdata[i];
                bool is_known = g_str_has_prefix(option, "path=") || g_str_has_prefix(option, "max-size=");

                if (is_file && is_known)
                        continue;
                g_autofree char *text =
                        g_strdup_printf("%s: no effect; %s", option,
                                        is_file ? "k8s-file has path= and max-size="
                                                : "the journal has no options per container");
                key_load_report_key(load, PROBLEM_NOTE, "LogOpt", text);
        }
}

void container_check(KeyLoad *load) {
        const UnitFile *unit = load->unit;
        ContainerSpec *spec = load->spec;
        bool has_image = unit_file_value(unit, "Container", "Image"),
             has_rootfs = unit_file_value(unit, "Container", "Rootfs");

        if (!has_image && !has_rootfs)
                key_load_report_key(load, PROBLEM_ERROR, "Image",
                                    "neither Image= nor Rootfs= says what to run");
        if (has_image && has_rootfs)
                key_load_report_key(load, PROBLEM_ERROR, "Rootfs",
                                    "Image= and Rootfs= cannot both be there");
        if (spec->user && spec->group && strchr(spec->user, ':'))
                key_load_report_key(load, PROBLEM_ERROR, "Group", "User= has a group already");
        container_remap(load, spec);
        check_capabilities(load, spec);
        expand(load, spec);
        take_default_network(load, spec);
        check_network_use(load, spec);
        check_place(load, spec);
        check_log_options(load, spec);
}
