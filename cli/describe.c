/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/describe.h"

#include "cli/json.h"
#include "cli/older-ids.h"
#include "cli/usage.h"
#include "runner/health-check.h"
#include "spec/container-keys.h"
#include "spec/value-port.h"

#include <string.h>

gint64 describe_since(Manager *manager, const Container *container) {
        guint64 usec = 0;

        if (container->state)
                return container->state->start_usec;
        /* A unit that went away meanwhile has no time. */
        (void) manager_get_number(manager, container->unit, "Unit", "StateChangeTimestamp", &usec, NULL);
        return (gint64) usec;
}

char *describe_reason(Manager *manager, const Container *container) {
        char *text = NULL;

        if (container->fault)
                return g_strdup(container->fault);
        if (container->spec && container->spec->broken)
                return g_strdup(container->spec->broken);
        if (container->state || !*container->unit ||
            !manager_get_string(manager, container->unit, "Service", "StatusText", &text, NULL))
                return NULL;
        if (!*text)
                g_clear_pointer(&text, g_free);
        return text;
}

const char *describe_health(const Container *container) {
        return container->folder ? health_check_find_status(container->folder) : NULL;
}

/* ---- ports ---- */

static void append_port(GString *text, const char *port) {
        g_autoptr(PortMapping) mapping = NULL;

        if (text->len > 0)
                g_string_append(text, ", ");
        if (!value_port_parse(port, &mapping, NULL)) {
                g_string_append(text, port);
                return;
        }
        g_autofree char *full = value_port_print(mapping);
        char *colon = strrchr(full, ':');
        *colon = '\0';
        g_string_append_printf(text, "%s->%s", *full ? full : "?", colon + 1);
}

char *describe_ports(const Container *container) {
        GString *text = g_string_new(NULL);

        if (container->state)
                for (char **port = container->state->ports; *port; port++)
                        append_port(text, *port);
        else if (container->spec)
                for (guint i = 0; i < container->spec->ports->len; i++)
                        append_port(text, container->spec->ports->pdata[i]);
        return g_string_free(text, FALSE);
}

static void add_ports(JsonBuilder *builder, const Container *container) {
        if (container->state) {
                json_add_list(builder, "ports", (const char *const *) container->state->ports);
                return;
        }
        static const char *const none[] = {NULL};
        if (container->spec)
                json_add_words(builder, "ports", container->spec->ports);
        else
                json_add_list(builder, "ports", none);
}

/* ---- the summary ---- */

static void add_time(JsonBuilder *builder, const char *name, gint64 usec) {
        g_autoptr(GDateTime) time = usec > 0 ? g_date_time_new_from_unix_utc(usec / G_USEC_PER_SEC) : NULL;
        g_autofree char *text = time ? g_date_time_format_iso8601(time) : NULL;

        json_add_string(builder, name, text);
}

void describe_summary(JsonBuilder *builder, Manager *manager, const Container *container, const IdMap *now) {
        const ContainerState *state = container->state;
        g_autofree char *reason = describe_reason(manager, container);

        json_add_string(builder, "name", container->name);
        json_add_string(builder, "unit", container->unit);
        json_add_string(builder, "image", container_image(container));
        json_add_string(builder, "digest", state ? state->digest : "");
        json_add_string(builder, "state", container_status(container));
        add_time(builder, "since", describe_since(manager, container));
        json_add_string(builder, "reason", reason);
        json_add_string(builder, "health", describe_health(container));
        add_ports(builder, container);
        json_add_string(builder, "network", state ? state->network : "");
        json_add_number(builder, "pid", state ? (guint64) state->payload : JSON_UNKNOWN);
        json_add_number(builder, "supervisor", state ? (guint64) state->supervisor : JSON_UNKNOWN);
        json_add_boolean(builder, "olderIds", older_ids_check(now, state));
        json_add_number(builder, "memory", state ? usage_memory(state) : JSON_UNKNOWN);
}

/* ---- everything ---- */

static void add_key(JsonBuilder *builder, const Key *key, const ContainerSpec *spec) {
        switch (key_kind(key)) {
        case KEY_KIND_TRISTATE:
                if (*key_tristate(key, spec) != TRISTATE_UNSET)
                        json_add_boolean(builder, key->option, *key_tristate(key, spec) == TRISTATE_YES);
                break;
        case KEY_KIND_TEXT:
                if (*key_text(key, spec))
                        json_add_string(builder, key->option, *key_text(key, spec));
                break;
        case KEY_KIND_LIST: {
                const GPtrArray *list = *key_list(key, spec);
                if (list->len > 0)
                        json_add_words(builder, key->option, list);
                break;
        }
        }
}

/* By option, as `podman run` and the unit's command line name them. */
static void add_spec(JsonBuilder *builder, const ContainerSpec *spec) {
        json_begin(builder, "options");
        for (size_t i = 0; i < container_key_table.count; i++)
                if (container_key_table.keys[i].option && key_has_field(&container_key_table.keys[i]))
                        add_key(builder, &container_key_table.keys[i], spec);
        json_builder_end_object(builder);

        json_add_words(builder, "command", spec->command);
}

static void add_unit(JsonBuilder *builder, Manager *manager, const char *unit) {
        static const char *const properties[][2] = {
                {"Description", "description"},
                {"SourcePath", "source"},
                {"FragmentPath", "fragment"},
                {"UnitFileState", "enabled"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
                g_autofree char *value = NULL;
                if (manager_get_string(manager, unit, "Unit", properties[i][0], &value, NULL) && *value)
                        json_add_string(builder, properties[i][1], value);
        }
        guint64 restarts;
        if (manager_get_number(manager, unit, "Service", "NRestarts", &restarts, NULL))
                json_add_integer(builder, "restarts", (gint64) restarts);
}

void describe_all(JsonBuilder *builder, Manager *manager, const Container *container) {
        const ContainerState *state = container->state;

        g_autoptr(IdMap) now = NULL;
        (void) id_map_load_default(&now, NULL); /* then nothing is said of older ids */
        describe_summary(builder, manager, container, now);
        if (*container->unit)
                add_unit(builder, manager, container->unit);
        if (state) {
                json_add_string(builder, "cgroup", state->cgroup);
                json_add_string(builder, "logDriver", state->log_driver);
                json_add_list(builder, "namespaces", (const char *const *) state->namespaces);
                json_add_list(builder, "userMap", (const char *const *) state->users);
                json_add_list(builder, "groupMap", (const char *const *) state->groups);
        }
        if (container->spec)
                add_spec(builder, container->spec);
}
