/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia network: which networks there are, and who is on them. They are made by .network files, and go with their units. */

#include "base/error.h"
#include "cli/containers.h"
#include "cli/json.h"
#include "cli/networks.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "network/lease.h"

#include <stdio.h>
#include <string.h>

static const char list_description[] =
        "Networks of .network files, whether they run or not. TEMPLATE is text with fields,\n"
        "'{{.name}} {{.state}}'; --json shows which there are.";

static const char inspect_description[] =
        "NAME is a network's name, its unit's or its file's. A JSON list is printed, or a line\n"
        "for each by a template.";

/* ---- what is said of one ---- */

/* Of each family, as they are in force; of one that does not run, as they are asked for. */
static char *join_subnets(const KnownNetwork *network) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; network->state && i < REGISTRY_FAMILIES; i++) {
                g_autofree char *subnet = subnet_print(&network->state->subnets[i]);
                g_string_append_printf(text, "%s%s", text->len > 0 && *subnet ? ", " : "", subnet);
        }
        for (guint i = 0; !network->state && network->spec && i < network->spec->subnets->len; i++)
                g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                                       (const char *) network->spec->subnets->pdata[i]);
        return g_string_free(text, FALSE);
}

static char *join_gateways(const KnownNetwork *network) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; network->state && i < REGISTRY_FAMILIES; i++) {
                g_autofree char *gateway = subnet_print_address(&network->state->gateways[i]);
                g_string_append_printf(text, "%s%s", text->len > 0 && *gateway ? ", " : "", gateway);
        }
        return g_string_free(text, FALSE);
}

static bool is_internal(const KnownNetwork *network) {
        return network->state ? network->state->is_internal
                              : network->spec && network->spec->internal == TRISTATE_YES;
}

static char *join_members(const KnownNetwork *network) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; network->members && i < network->members->len; i++)
                g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                                       ((const Lease *) network->members->pdata[i])->container);
        return g_string_free(text, FALSE);
}

/* ---- as a table ---- */

static void print_table(const GPtrArray *networks) {
        static const TableColumn columns[] = {
                {"NAME", false, true},    {"UNIT", false, true},     {"STATE", false, false},
                {"SUBNET", false, false}, {"GATEWAY", false, false}, {"INTERNAL", false, false},
                {"MEMBERS", false, true},
        };
        g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

        for (guint i = 0; i < networks->len; i++) {
                const KnownNetwork *network = networks->pdata[i];
                const char *state = known_network_status(network);
                g_autofree char *subnets = join_subnets(network), *gateways = join_gateways(network),
                                *members = join_members(network);

                table_add(table, network->name, TABLE_PLAIN);
                table_add(table, network->unit, TABLE_PLAIN);
                table_add(table, state,
                          g_str_equal(state, "running")  ? TABLE_GOOD
                          : g_str_equal(state, "failed") ? TABLE_BAD
                                                         : TABLE_FAINT);
                table_add(table, subnets, TABLE_PLAIN);
                table_add(table, gateways, TABLE_PLAIN);
                table_add(table, is_internal(network) ? "yes" : "no", TABLE_PLAIN);
                table_add(table, members, TABLE_PLAIN);
        }
        table_show(table);
}

/* ---- as JSON ---- */

static void add_address(JsonBuilder *builder, char *text) {
        g_autofree char *address = text;

        if (*address)
                json_builder_add_string_value(builder, address);
}

static void begin_list(JsonBuilder *builder, const char *name) {
        json_builder_set_member_name(builder, name);
        json_builder_begin_array(builder);
}

static const ContainerState *find_container(const GPtrArray *containers, const char *name) {
        for (guint i = 0; i < containers->len; i++)
                if (g_str_equal(((const Container *) containers->pdata[i])->name, name))
                        return ((const Container *) containers->pdata[i])->state;
        return NULL;
}

static void add_member(JsonBuilder *builder, const Lease *lease, const GPtrArray *containers) {
        const ContainerState *state = find_container(containers, lease->container);
        static const char *const none[] = {NULL};

        json_builder_begin_object(builder);
        json_add_string(builder, "name", lease->container);
        json_add_string(builder, "unit", state ? state->unit : "");
        begin_list(builder, "addresses");
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                add_address(builder, subnet_print_address(&lease->addresses[i]));
        json_builder_end_array(builder);
        json_add_list(builder, "names", (const char *const *) lease->names);
        json_add_list(builder, "ports", state ? (const char *const *) state->ports : none);
        json_add_integer(builder, "supervisor", lease->pid);
        json_builder_end_object(builder);
}

static void add_addresses(JsonBuilder *builder, const KnownNetwork *network) {
        const NetworkState *state = network->state;

        begin_list(builder, "subnets");
        for (guint i = 0; state && i < REGISTRY_FAMILIES; i++)
                add_address(builder, subnet_print(&state->subnets[i]));
        for (guint i = 0; !state && network->spec && i < network->spec->subnets->len; i++)
                json_builder_add_string_value(builder, network->spec->subnets->pdata[i]);
        json_builder_end_array(builder);
        begin_list(builder, "gateways");
        for (guint i = 0; state && i < REGISTRY_FAMILIES; i++)
                add_address(builder, subnet_print_address(&state->gateways[i]));
        json_builder_end_array(builder);
        begin_list(builder, "ranges");
        for (guint i = 0; state && i < REGISTRY_FAMILIES; i++)
                add_address(builder, subnet_print_range(&state->ranges[i]));
        json_builder_end_array(builder);
}

static void add_network(JsonBuilder *builder, Manager *manager, const KnownNetwork *network,
                        const GPtrArray *containers) {
        const NetworkState *state = network->state;
        g_autofree char *source = NULL;

        json_builder_begin_object(builder);
        json_add_string(builder, "name", network->name);
        json_add_string(builder, "unit", network->unit);
        if (*network->unit && manager->bus)
                (void) manager_get_string(manager, network->unit, "Unit", "SourcePath", &source, NULL);
        json_add_string(builder, "source", source);
        json_add_string(builder, "state", known_network_status(network));
        add_addresses(builder, network);
        json_add_boolean(builder, "internal", is_internal(network));
        if (state) {
                json_add_boolean(builder, "dns", state->has_names);
                json_add_list(builder, "nameServers", (const char *const *) state->upstreams);
                json_add_string(builder, "bridge", state->bridge);
                json_add_integer(builder, "mtu", (gint64) state->mtu);
                json_add_boolean(builder, "keepsClientAddresses", state->keeps_clients);
        }
        begin_list(builder, "labels");
        for (guint i = 0; network->spec && i < network->spec->labels->len; i++)
                json_builder_add_string_value(builder, network->spec->labels->pdata[i]);
        json_builder_end_array(builder);
        begin_list(builder, "members");
        for (guint i = 0; network->members && i < network->members->len; i++)
                add_member(builder, network->members->pdata[i], containers);
        json_builder_end_array(builder);
        json_builder_end_object(builder);
}

static bool print_json(Manager *manager, const GPtrArray *networks, const char *format, GError **error) {
        g_autoptr(JsonBuilder) builder = json_builder_new();
        g_autoptr(GPtrArray) containers = NULL;

        if (!containers_list(manager, false, &containers, error))
                return false;
        json_builder_begin_array(builder);
        for (guint i = 0; i < networks->len; i++)
                add_network(builder, manager, networks->pdata[i], containers);
        json_builder_end_array(builder);
        if (!format) {
                json_show(builder);
                return true;
        }
        g_autoptr(JsonNode) root = json_builder_get_root(builder);
        return json_show_template(root, format, error);
}

/* ---- the verbs ---- */

typedef struct ListOptions {
        gboolean json, quiet;
        char *format;
} ListOptions;

static bool list(const ListOptions *options, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GPtrArray) networks = NULL;

        if (!manager_open(&manager, error) || !networks_list(manager, &networks, error))
                return false;
        if (!manager->bus && !options->quiet)
                verb_warn("no service manager of yours runs, so only running networks are listed");
        if (!options->quiet && (options->json || options->format))
                return print_json(manager, networks, options->format, error);
        if (!options->quiet)
                print_table(networks);
        for (guint i = 0; options->quiet && i < networks->len; i++)
                puts(((const KnownNetwork *) networks->pdata[i])->name);
        return true;
}

static int network_list(const Verb *verb, int argc, char **argv) {
        ListOptions options = {0};
        const GOptionEntry entries[] = {
                {"format", 0, 0, G_OPTION_ARG_STRING, &options.format, "A line for each, by this template",
                 "TEMPLATE"},
                {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print all that is known of them, as JSON",
                 NULL},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print names only", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, list_description, false, argc, argv, &arguments, &status))
                return status;
        if (*arguments)
                status = verb_misuse(verb,
                                     "it takes no arguments; 'wolffia network inspect NAME' tells of one");
        else if (!list(&options, &error))
                status = verb_fail(error);
        g_free(options.format);
        return status;
}

static bool inspect(char **names, const char *format, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GPtrArray) networks = NULL, chosen = g_ptr_array_new();

        if (!manager_open(&manager, error) || !networks_list(manager, &networks, error))
                return false;
        for (; *names; names++) {
                const KnownNetwork *network;
                if (!networks_find(networks, *names, &network, error))
                        return false;
                g_ptr_array_add(chosen, (void *) network);
        }
        return print_json(manager, chosen, format, error);
}

static int network_inspect(const Verb *verb, int argc, char **argv) {
        char *format = NULL;
        const GOptionEntry entries[] = {
                {"format", 'f', 0, G_OPTION_ARG_STRING, &format, "A line for each, by this template",
                 "TEMPLATE"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, inspect_description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                status = verb_misuse(verb, "the name of a network is needed");
        else if (!inspect(arguments, format, &error))
                status = verb_fail(error);
        g_free(format);
        return status;
}

const Verb network_verbs[] = {
        {"network list", "", "List the networks", network_list, false, VERB_TAKES_NOTHING, NULL},
        {"network inspect", "NAME…", "Tell all that is known of networks, as JSON", network_inspect, false,
         VERB_TAKES_NETWORKS, NULL},
        {NULL},
};
