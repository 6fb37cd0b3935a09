/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia ps: which containers there are. */

#include "cli/containers.h"
#include "cli/describe.h"
#include "cli/filter.h"
#include "cli/json.h"
#include "cli/older-ids.h"
#include "cli/table.h"
#include "cli/usage.h"
#include "cli/verb.h"

#include <stdio.h>

static const char description[] =
        "Containers that run, start or stop: services made from .container files, those of\n"
        "'wolffia run', and those that were started by hand. TEMPLATE is text with fields,\n"
        "'{{.name}} {{.state}}'; --json shows which there are.";

typedef struct PsOptions {
        gboolean all, json, quiet;
        char *format, **filters;
} PsOptions;

static TableColour state_colour(const char *state) {
        static const struct {
                const char *state;
                TableColour colour;
        } colours[] = {
                {"running", TABLE_GOOD}, {"failed", TABLE_BAD},      {"broken", TABLE_BAD},
                {"paused", TABLE_WARN},  {"restarting", TABLE_WARN}, {"stopped", TABLE_FAINT},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(colours); i++)
                if (g_str_equal(state, colours[i].state))
                        return colours[i].colour;
        return TABLE_PLAIN;
}

/* What has ids that are not the user's any more is marked, and the mark explained where somebody reads. */
static void add_state(Table *table, const Container *container, bool has_older_ids) {
        const char *state = container_status(container);

        table_addf(table, has_older_ids ? TABLE_WARN : state_colour(state), "%s%s", state,
                   has_older_ids ? "*" : "");
}

static void print_table(Manager *manager, const GPtrArray *containers, const IdMap *now) {
        static const TableColumn columns[] = {
                {"NAME", false, true},   {"IMAGE", false, true},   {"STATE", false, false},
                {"SINCE", false, false}, {"HEALTH", false, false}, {"PORTS", false, true},
                {"MEMORY", true, false},
        };
        g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));
        bool is_marked = false;

        for (guint i = 0; i < containers->len; i++) {
                const Container *container = containers->pdata[i];
                bool has_older_ids = older_ids_check(now, container->state);
                g_autofree char *age = table_print_age(describe_since(manager, container));
                g_autofree char *ports = describe_ports(container);
                g_autofree char *memory =
                        container->state ? table_print_bytes(usage_memory(container->state)) : NULL;

                table_add(table, container->name, TABLE_PLAIN);
                table_add(table, container_image(container), TABLE_PLAIN);
                add_state(table, container, has_older_ids);
                is_marked |= has_older_ids;
                table_add(table, age, TABLE_PLAIN);
                const char *health = describe_health(container);
                table_add(table, health, g_strcmp0(health, "unhealthy") == 0 ? TABLE_BAD : TABLE_PLAIN);
                table_add(table, ports, TABLE_PLAIN);
                table_add(table, memory, TABLE_PLAIN);
        }
        table_show(table);
        if (is_marked)
                verb_warn(
                        "* runs with ids that are not yours any more; 'wolffia restart NAME' gives it those that are");
}

static JsonBuilder *build(Manager *manager, const GPtrArray *containers, const IdMap *now) {
        JsonBuilder *builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < containers->len; i++) {
                json_builder_begin_object(builder);
                describe_summary(builder, manager, containers->pdata[i], now);
                json_builder_end_object(builder);
        }
        json_builder_end_array(builder);
        return builder;
}

static bool print(Manager *manager, const GPtrArray *containers, const PsOptions *options, GError **error) {
        if (options->quiet) {
                for (guint i = 0; i < containers->len; i++)
                        puts(((const Container *) containers->pdata[i])->name);
                return true;
        }
        g_autoptr(IdMap) now = NULL;
        (void) id_map_load_default(&now, NULL); /* then nothing is said of older ids */
        if (!options->json && !options->format) {
                print_table(manager, containers, now);
                return true;
        }
        g_autoptr(JsonBuilder) builder = build(manager, containers, now);
        return json_show_as(builder, options->json ? NULL : options->format, error);
}

static bool run(const PsOptions *options, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GPtrArray) containers = NULL;

        if (!manager_open(&manager, error) || !containers_list(manager, options->all, &containers, error))
                return false;
        filter_apply(options->filters, manager, containers);
        if (!manager->bus && !options->quiet)
                verb_warn("no service manager of yours runs, so only running containers are listed");
        return print(manager, containers, options, error);
}

int verb_ps(const Verb *verb, int argc, char **argv) {
        PsOptions options = {0};
        bool needs_all = false;
        const GOptionEntry entries[] = {
                {"all", 'a', 0, G_OPTION_ARG_NONE, &options.all,
                 "Also those that are stopped, failed or broken", NULL},
                {"filter", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &options.filters,
                 "Only those with this name, status, health, image or label", "FIELD=VALUE"},
                {"format", 0, 0, G_OPTION_ARG_STRING, &options.format, "A line for each, by this template",
                 "TEMPLATE"},
                {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print them as a JSON list", NULL},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print names only", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (*arguments)
                status = verb_misuse(verb, "it takes no arguments; 'wolffia inspect NAME' tells of one");
        else if (!filter_check(options.filters, &needs_all, &error))
                status = verb_misuse(verb, "%s", error->message);
        options.all |= needs_all;
        if (status == VERB_SUCCESS && !run(&options, &error))
                status = verb_fail(error);
        g_free(options.format);
        g_strfreev(options.filters);
        return status;
}
