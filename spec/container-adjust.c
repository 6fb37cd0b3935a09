/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values in their surroundings: the unit file's folder, other unit files, other keys. */

#include "spec/container-adjust.h"

#include "base/error.h"
#include "base/path.h"
#include "spec/problem.h"
#include "spec/value-basic.h"
#include "spec/value-capability-effect.h"
#include "spec/value-capability.h"

#include <string.h>

/* Makes the part of *VALUE from OFFSET on, LENGTH bytes, absolute against the unit file's folder. */
static void make_absolute(const char *unit_path, char **value, size_t offset, size_t length) {
        g_autofree char *folder = g_path_get_dirname(unit_path);
        g_autofree char *part = g_strndup(*value + offset, length);
        g_autofree char *absolute = path_absolute(folder, part);
        char *whole = g_strdup_printf("%.*s%s%s", (int) offset, *value, absolute, *value + offset + length);

        g_free(*value);
        *value = whole;
}

static bool fail_later(GError **error, const char *word, const char *what) {
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "%s: %s come with a later version", word, what);
}

static bool adjust_image(const KeyLoad *load, char **value, GError **error) {
        if (g_str_has_suffix(*value, ".image") || g_str_has_suffix(*value, ".build"))
                return fail_later(error, *value, ".image and .build units");
        return true;
}

static bool adjust_volume(const KeyLoad *load, char **value, GError **error) {
        const char *colon = strchr(*value, ':');

        if (!colon)
                return true;
        size_t length = (size_t) (colon - *value);
        if (length > strlen(".volume") &&
            strncmp(colon - strlen(".volume"), ".volume", strlen(".volume")) == 0)
                return fail_later(error, *value, ".volume units");
        if (**value == '.')
                make_absolute(load->path, value, 0, length);
        return true;
}

static bool adjust_network(const KeyLoad *load, char **value, GError **error) {
        g_autofree char *name = g_strndup(*value, strcspn(*value, ":"));

        if (g_str_has_suffix(name, ".network"))
                return fail_later(error, name, ".network units");
        if (g_str_has_suffix(name, ".container"))
                return fail_later(error, name, "networks of other containers");
        return true;
}

static bool adjust_path(const KeyLoad *load, char **value, GError **error) {
        /* A specifier or variable in front may well be an absolute path. */
        if (!strchr("/%$", **value))
                make_absolute(load->path, value, 0, strlen(*value));
        return true;
}

static bool adjust_seccomp(const KeyLoad *load, char **value, GError **error) {
        if (!**value || g_str_equal(*value, "unconfined") || g_str_equal(*value, "nesting"))
                return true;
        return adjust_path(load, value, error);
}

static bool adjust_mount(const KeyLoad *load, char **value, GError **error) {
        static const char *const names[] = {"source=", "src="};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                const char *found = strstr(*value, names[i]);

                if (!found || (found != *value && found[-1] != ','))
                        continue;
                size_t offset = (size_t) (found - *value) + strlen(names[i]);
                size_t length = strcspn(*value + offset, ",");
                g_autofree char *source = g_strndup(*value + offset, length);
                if (g_str_has_suffix(source, ".volume") || g_str_has_suffix(source, ".image") ||
                    g_str_has_suffix(source, ".artifact"))
                        return fail_later(error, source, "references to other unit files");
                if (*source == '.')
                        make_absolute(load->path, value, offset, length);
        }
        return true;
}

/* Quadlet's word for who says "ready": healthy, or a boolean. */
static bool adjust_notify(const KeyLoad *load, char **value, GError **error) {
        bool yes;

        if (g_ascii_strcasecmp(*value, "healthy") == 0)
                return true;
        if (!value_boolean_parse(*value, &yes, NULL))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither yes, no nor healthy", *value);
        g_free(*value);
        *value = g_strdup(yes ? "container" : "conmon");
        return true;
}

static bool adjust_log_driver(const KeyLoad *load, char **value, GError **error) {
        static const char *const known[] = {"journald", "passthrough", "none"};

        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (!**value || strpbrk(*value, "%$") || g_str_equal(*value, known[i]))
                        return true;
        if (g_str_equal(*value, "k8s-file") || g_str_equal(*value, "json-file"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "'%s' comes with a later version; journald is the default", *value);
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not known; journald, passthrough and none are",
                    *value);
}

const KeyAdjustment container_adjustments[] = {
        {offsetof(ContainerSpec, environment_files), adjust_path},
        {offsetof(ContainerSpec, image), adjust_image},
        {offsetof(ContainerSpec, log_driver), adjust_log_driver},
        {offsetof(ContainerSpec, mounts), adjust_mount},
        {offsetof(ContainerSpec, networks), adjust_network},
        {offsetof(ContainerSpec, notify), adjust_notify},
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

static void check_network_use(const KeyLoad *load, const ContainerSpec *spec) {
        const char *mode = spec->networks->len > 0 ? spec->networks->pdata[0] : "";
        bool none = g_str_equal(mode, "none"), host = g_str_equal(mode, "host");

        if (spec->networks->len > 1 && (none || host))
                key_load_report_key(load, PROBLEM_ERROR, "Network",
                                    "none and host cannot be joined with others");
        if (spec->ports->len > 0 && (none || host))
                key_load_report_key(
                        load, PROBLEM_WARNING, "PublishPort",
                        none ? "nothing can be published with Network=none"
                             : "not needed with Network=host, where the container's ports are the host's");
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
        if (g_strcmp0(spec->notify, "healthy") == 0) {
                g_clear_pointer(&spec->notify, g_free);
                key_load_report_key(
                        load, PROBLEM_WARNING, "Notify",
                        "health checks come with a later version; the unit counts as started when its program runs");
        }
        check_capabilities(load, spec);
        check_network_use(load, spec);
}
