/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia explain: a row of wolffia-shortcomings(7), by the name that stands in front of what `wolffia doctor` finds. */

#include "base/error.h"
#include "cli/json.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "cli/verb.h"

#include <stdio.h>

static const char description[] =
        "ROW is a name like N4, which stands in front of the lines of 'wolffia doctor'. Without\n"
        "one, all are listed. wolffia-shortcomings(7) has all of them.";

static const Row *find(const char *id) {
        for (const Row *row = row_table; row->id; row++)
                if (g_ascii_strcasecmp(row->id, id) == 0)
                        return row;
        return NULL;
}

/* False: one of NAMES is no row. Those without names are all. */
static bool choose(char **names, GPtrArray *rows, GError **error) {
        for (const Row *row = row_table; !*names && row->id; row++)
                g_ptr_array_add(rows, (void *) row);
        for (; *names; names++) {
                const Row *row = find(*names);
                if (!row)
                        return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                                    "There is no row '%s'; 'wolffia explain' lists them", *names);
                g_ptr_array_add(rows, (void *) row);
        }
        return true;
}

static void print_json(const GPtrArray *rows) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < rows->len; i++) {
                const Row *row = rows->pdata[i];

                json_builder_begin_object(builder);
                json_add_string(builder, "row", row->id);
                json_add_string(builder, "title", row->title);
                json_add_string(builder, "text", row->text);
                json_builder_end_object(builder);
        }
        json_builder_end_array(builder);
        json_show(builder);
}

static void print_list(const GPtrArray *rows) {
        static const TableColumn columns[] = {{"ROW", false, false}, {"WHAT", false, true}};
        g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

        for (guint i = 0; i < rows->len; i++) {
                const Row *row = rows->pdata[i];
                table_add(table, row->id, TABLE_PLAIN);
                table_add(table, row->title, TABLE_PLAIN);
        }
        table_show(table);
}

static void print_texts(const GPtrArray *rows) {
        bool coloured = table_is_coloured(stdout);

        for (guint i = 0; i < rows->len; i++) {
                const Row *row = rows->pdata[i];
                printf("%s%s%s: %s%s\n\n%s", i > 0 ? "\n" : "", coloured ? "\033[1m" : "", row->id,
                       row->title, coloured ? "\033[0m" : "", row->text);
        }
}

int verb_explain(const Verb *verb, int argc, char **argv) {
        gboolean json = FALSE;
        const GOptionEntry entries[] = {
                {"json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &json, "Print them as a JSON list", NULL},
                {NULL},
        };
        g_autoptr(GPtrArray) rows = g_ptr_array_new();
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!choose(arguments, rows, &error))
                return verb_fail(error);
        if (json)
                print_json(rows);
        else if (*arguments)
                print_texts(rows);
        else
                print_list(rows);
        return VERB_SUCCESS;
}
