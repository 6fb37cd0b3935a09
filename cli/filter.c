/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/filter.h"

#include "base/error.h"
#include "cli/describe.h"

#include <string.h>

static bool match_name(const Container *container, const char *value) {
        return strstr(container->name, value) != NULL;
}

static bool match_status(const Container *container, const char *value) {
        return g_str_equal(container_status(container), value);
}

static bool match_health(const Container *container, const char *value) {
        const char *health = describe_health(container);

        return g_str_equal(health ? health : "none", value);
}

/* The whole name, or its end from a "/" on, with or without the tag. */
static bool match_image(const Container *container, const char *value) {
        const char *image = container_image(container);

        for (const char *rest = image; rest; rest = strchr(rest, '/')) {
                rest += *rest == '/' ? 1 : 0;
                if (g_str_has_prefix(rest, value) && strchr(":@", rest[strlen(value)]))
                        return true;
        }
        return false;
}

/* "NAME" or "NAME=VALUE". */
static bool match_label(const Container *container, const char *value) {
        const GPtrArray *labels = container->spec ? container->spec->labels : NULL;

        for (guint i = 0; labels && i < labels->len; i++) {
                const char *label = labels->pdata[i];
                if (g_str_has_prefix(label, value) &&
                    (!label[strlen(value)] || (label[strlen(value)] == '=' && !strchr(value, '='))))
                        return true;
        }
        return false;
}

static const struct Field {
        const char *name;
        bool (*match)(const Container *container, const char *value);
} fields[] = {
        {"ancestor", match_image}, {"health", match_health}, {"image", match_image},
        {"label", match_label},    {"name", match_name},     {"status", match_status},
};

static const struct Field *find_field(const char *filter, const char **ret_value) {
        for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
                size_t length = strlen(fields[i].name);
                if (strncmp(filter, fields[i].name, length) == 0 && filter[length] == '=') {
                        *ret_value = filter + length + 1;
                        return &fields[i];
                }
        }
        return NULL;
}

/* A word that no container is ever in would be an empty list, which looks like an answer. */
static bool check_status(const char *value, GError **error) {
        static const char *const known[] = {"running", "paused",  "starting", "restarting", "stopping",
                                            "exited",  "stopped", "failed",   "broken",     NULL};

        return g_strv_contains(known, value) ||
               fail(error, WOLFFIA_ERROR_VALUE,
                    "--filter=status=%s: there are running, paused, starting, restarting, stopping, exited, "
                    "stopped, failed and broken",
                    value);
}

bool filter_check(char *const *filters, bool *ret_needs_all, GError **error) {
        *ret_needs_all = false;
        for (; filters && *filters; filters++) {
                const char *value;
                const struct Field *field = find_field(*filters, &value);
                if (!field)
                        return fail(
                                error, WOLFFIA_ERROR_VALUE,
                                "--filter=%s: write name=, status=, health=, image= or label= and a value",
                                *filters);
                if (field->match != match_status)
                        continue;
                *ret_needs_all = true;
                if (!check_status(value, error))
                        return false;
        }
        return true;
}

/* Whether one of the filters of FIELD holds, or there is none. */
static bool match_field(char *const *filters, const struct Field *field, const Container *container) {
        bool has_any = false;

        for (; filters && *filters; filters++) {
                const char *value;
                const struct Field *found = find_field(*filters, &value);
                if (!found || found->match != field->match)
                        continue;
                has_any = true;
                if (field->match(container, value))
                        return true;
        }
        return !has_any;
}

bool filter_match(char *const *filters, const Container *container) {
        for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
                if (!match_field(filters, &fields[i], container))
                        return false;
        return true;
}

static bool needs_spec(char *const *filters) {
        const char *value;

        for (; filters && *filters; filters++) {
                const struct Field *field = find_field(*filters, &value);
                if (field && field->match == match_label)
                        return true;
        }
        return false;
}

void filter_apply(char *const *filters, Manager *manager, GPtrArray *containers) {
        bool reads_specs = needs_spec(filters);

        for (guint i = containers->len; i > 0; i--) {
                Container *container = containers->pdata[i - 1];
                if (reads_specs)
                        (void) containers_load_spec(manager, container, NULL); /* then it has no labels */
                if (!filter_match(filters, container))
                        g_ptr_array_remove_index(containers, i - 1);
        }
}
