/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia stats: what running containers use. Processor time is a difference, so everything is read twice. */

#include "base/error.h"
#include "cli/containers.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/usage.h"
#include "cli/verb.h"

#include <stdio.h>
#include <unistd.h>

static const char description[] =
        "NAME is a container's name or its unit's; without one, all that run. On a terminal the\n"
        "table is refreshed until Ctrl-C; elsewhere it is printed once. '-' is what this user's\n"
        "manager is not told of: 'memory' and 'io' have to be delegated to it.";

#define FIRST_USEC (G_USEC_PER_SEC / 4)
#define NEXT_USEC  G_USEC_PER_SEC

typedef struct StatsOptions {
        gboolean json, once;
        char *format;
} StatsOptions;

typedef struct Sample {
        Container *container;
        Usage before, now;
        double percent; /* of one processor; negative: not known */
} Sample;

static void free_sample(Sample *sample) {
        container_free(sample->container);
        g_free(sample);
}

static void add_sample(GPtrArray *samples, Container *container) {
        Sample *sample = g_new0(Sample, 1);

        sample->container = container;
        usage_read(container->state, &sample->now);
        g_ptr_array_add(samples, sample);
}

static bool find_all(Manager *manager, char **names, GPtrArray *samples, GError **error) {
        g_autoptr(GPtrArray) containers = NULL;

        for (char **name = names; *name; name++) {
                Container *container;
                if (!containers_find_running(manager, *name, &container, error))
                        return false;
                add_sample(samples, container);
        }
        if (*names)
                return true;
        if (!containers_list(manager, false, &containers, error))
                return false;
        for (guint i = containers->len; i > 0; i--)
                if (((Container *) containers->pdata[containers->len - i])->state) {
                        Container *container = containers->pdata[containers->len - i];
                        containers->pdata[containers->len - i] = NULL; /* it is the sample's now */
                        add_sample(samples, container);
                }
        return true;
}

/* Forgets those that have ended. */
static void measure(GPtrArray *samples) {
        for (guint i = samples->len; i > 0; i--) {
                Sample *sample = samples->pdata[i - 1];
                if (!state_is_alive(sample->container->state)) {
                        g_ptr_array_remove_index(samples, i - 1);
                        continue;
                }
                sample->before = sample->now;
                usage_read(sample->container->state, &sample->now);
                gint64 elapsed = sample->now.time - sample->before.time;
                bool is_known = sample->now.cpu_usec != USAGE_UNKNOWN &&
                                sample->before.cpu_usec != USAGE_UNKNOWN && elapsed > 0;
                sample->percent =
                        is_known ? 100.0 * (double) (sample->now.cpu_usec - sample->before.cpu_usec) /
                                           (double) elapsed
                                 : -1;
        }
}

/* ---- printing ---- */

static void add_pair(Table *table, guint64 first, guint64 second) {
        g_autofree char *left = table_print_bytes(first), *right = table_print_bytes(second);

        table_addf(table, TABLE_PLAIN, "%s / %s", left, right);
}

static Table *make_table(const GPtrArray *samples) {
        static const TableColumn columns[] = {
                {"NAME", false, true},  {"CPU", true, false},          {"MEMORY", true, false},
                {"LIMIT", true, false}, {"NET IN / OUT", true, false}, {"DISK READ / WRITTEN", true, false},
                {"TASKS", true, false},
        };
        Table *table = table_new(columns, G_N_ELEMENTS(columns));

        for (guint i = 0; i < samples->len; i++) {
                const Sample *sample = samples->pdata[i];
                g_autofree char *memory = table_print_bytes(sample->now.memory);
                g_autofree char *limit = table_print_bytes(sample->now.memory_limit);

                table_add(table, sample->container->name, TABLE_PLAIN);
                if (sample->percent >= 0)
                        table_addf(table, TABLE_PLAIN, "%.1f%%", sample->percent);
                else
                        table_add(table, NULL, TABLE_PLAIN);
                table_add(table, memory, TABLE_PLAIN);
                table_add(table, limit, TABLE_PLAIN);
                add_pair(table, sample->now.received, sample->now.sent);
                add_pair(table, sample->now.read, sample->now.written);
                if (sample->now.tasks != USAGE_UNKNOWN)
                        table_addf(table, TABLE_PLAIN, "%" G_GUINT64_FORMAT, sample->now.tasks);
                else
                        table_add(table, NULL, TABLE_PLAIN);
        }
        return table;
}

static bool print_json(const GPtrArray *samples, const char *template, GError **error) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < samples->len; i++) {
                const Sample *sample = samples->pdata[i];
                json_builder_begin_object(builder);
                json_add_string(builder, "name", sample->container->name);
                json_add_string(builder, "unit", sample->container->unit);
                if (sample->percent >= 0) {
                        json_builder_set_member_name(builder, "cpuPercent");
                        json_builder_add_double_value(builder, sample->percent);
                }
                json_add_number(builder, "cpuUsec", sample->now.cpu_usec);
                json_add_number(builder, "memory", sample->now.memory);
                json_add_number(builder, "memoryLimit", sample->now.memory_limit);
                json_add_number(builder, "received", sample->now.received);
                json_add_number(builder, "sent", sample->now.sent);
                json_add_number(builder, "read", sample->now.read);
                json_add_number(builder, "written", sample->now.written);
                json_add_number(builder, "tasks", sample->now.tasks);
                json_builder_end_object(builder);
        }
        json_builder_end_array(builder);
        return json_show_as(builder, template, error);
}

/* The screen is written in one go, from its top on, so that nothing flickers. */
static void show_for_ever(GPtrArray *samples) {
        while (samples->len > 0) {
                g_autoptr(Table) table = make_table(samples);
                g_autofree char *text = table_print(table, table_width(stdout), table_is_coloured(stdout));
                printf("\033[H\033[2J%s", text);
                fflush(stdout);
                g_usleep(NEXT_USEC);
                measure(samples);
        }
}

static bool run(char **names, const StatsOptions *options, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GPtrArray) samples = g_ptr_array_new_with_free_func((GDestroyNotify) free_sample);

        if (!manager_open(&manager, error) || !find_all(manager, names, samples, error))
                return false;
        if (samples->len > 0)
                g_usleep(FIRST_USEC);
        measure(samples);
        if (options->json || options->format)
                return print_json(samples, options->json ? NULL : options->format, error);
        if (options->once || !isatty(STDOUT_FILENO)) {
                g_autoptr(Table) table = make_table(samples);
                table_show(table);
        } else
                show_for_ever(samples);
        return true;
}

int verb_stats(const Verb *verb, int argc, char **argv) {
        StatsOptions options = {0};
        const GOptionEntry entries[] = {
                {"format", 0, 0, G_OPTION_ARG_STRING, &options.format,
                 "One reading, a line for each, by this template", "TEMPLATE"},
                {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print one reading as a JSON list", NULL},
                {"no-stream", 0, 0, G_OPTION_ARG_NONE, &options.once, "Print one table and end", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        status = run(arguments, &options, &error) ? VERB_SUCCESS : verb_fail(error);
        g_free(options.format);
        return status;
}
