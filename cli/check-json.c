/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The result for programs. */

#include "cli/check.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

static void add_text(JsonBuilder *builder, const char *name, const char *value) {
        if (!value)
                return;
        json_builder_set_member_name(builder, name);
        json_builder_add_string_value(builder, value);
}

static void add_finding(JsonBuilder *builder, const CheckFinding *finding) {
        static const char *const severities[] = {
                [PROBLEM_ERROR] = "error",
                [PROBLEM_WARNING] = "warning",
                [PROBLEM_NOTE] = "note",
        };
        const Problem *problem = finding->problem;

        json_builder_begin_object(builder);
        add_text(builder, "severity", severities[problem->severity]);
        add_text(builder, "file", problem->file);
        if (problem->line > 0) {
                json_builder_set_member_name(builder, "line");
                json_builder_add_int_value(builder, problem->line);
        }
        add_text(builder, "key", problem->key);
        add_text(builder, "text", problem->text);
        add_text(builder, "unit", finding->service);
        json_builder_end_object(builder);
}

static void add_unit(JsonBuilder *builder, const CheckUnit *unit) {
        json_builder_begin_object(builder);
        add_text(builder, "unit", unit->service);
        add_text(builder, "file", unit->path);
        json_builder_set_member_name(builder, "good");
        json_builder_add_boolean_value(builder, !unit->is_broken);
        json_builder_end_object(builder);
}

void check_print_json(const Check *check) {
        g_autoptr(JsonBuilder) builder = json_builder_new();
        g_autoptr(JsonGenerator) generator = json_generator_new();

        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "units");
        json_builder_begin_array(builder);
        for (guint i = 0; i < check->units->len; i++)
                add_unit(builder, &g_array_index(check->units, CheckUnit, i));
        json_builder_end_array(builder);
        json_builder_set_member_name(builder, "problems");
        json_builder_begin_array(builder);
        for (guint i = 0; i < check->findings->len; i++)
                add_finding(builder, &g_array_index(check->findings, CheckFinding, i));
        json_builder_end_array(builder);
        json_builder_end_object(builder);

        g_autoptr(JsonNode) root = json_builder_get_root(builder);
        json_generator_set_root(generator, root);
        json_generator_set_pretty(generator, TRUE);
        g_autofree char *text = json_generator_to_data(generator, NULL);
        puts(text);
}
