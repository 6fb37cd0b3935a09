/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lifting: going through [Service] once, by the table. */

#include "generator/service-lift.h"

#include "spec/problem.h"

#include <string.h>

static const Lift *find(const char *key) {
        for (size_t i = 0; i < lift_table_count; i++)
                if (lift_table[i].key[0] == key[0] && strcmp(lift_table[i].key, key) == 0)
                        return &lift_table[i];
        return NULL;
}

const UnitAssignment *lift_last(const LiftInput *input) {
        return input->lines->pdata[input->lines->len - 1];
}

void lift_report(const LiftInput *input, ProblemSeverity severity, const char *format, ...) {
        const UnitAssignment *last = lift_last(input);
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        problem_add(input->problems, severity, last->file, last->line, input->lift->key, "%s", text);
}

bool lift_is_said(const LiftInput *input, const char *key) {
        return unit_file_value(input->unit, "Container", key);
}

/* Whether the option asks for nothing: it is empty, or switched off. */
static bool asks_for_nothing(const LiftInput *input) {
        static const char *const off[] = {"", "0", "no", "false", "off", "default", "all"};
        const char *value = lift_last(input)->value;

        for (size_t i = 0; i < G_N_ELEMENTS(off); i++)
                if (g_ascii_strcasecmp(value, off[i]) == 0)
                        return true;
        return false;
}

/* What is said of several options alike is said once: hardened services have a dozen that a container fulfils. */
typedef struct Remark {
        const Lift *lift;
        const UnitAssignment *first;
        GString *others;
} Remark;

static void clear_remark(void *data) {
        g_string_free(((Remark *) data)->others, TRUE);
}

static void add_remark(const LiftInput *input, GArray *remarks) {
        for (guint i = 0; i < remarks->len; i++) {
                Remark *remark = &g_array_index(remarks, Remark, i);

                if (!g_str_equal(remark->lift->remark, input->lift->remark))
                        continue;
                g_string_append_printf(remark->others, "%s%s=", remark->others->len > 0 ? ", " : "",
                                       input->lift->key);
                return;
        }
        Remark remark = {input->lift, lift_last(input), g_string_new(NULL)};
        g_array_append_val(remarks, remark);
}

static void report_remarks(const GArray *remarks, GPtrArray *problems) {
        static const ProblemSeverity severities[] = {
                [LIFT_FULFILLED] = PROBLEM_NOTE,
                [LIFT_WITHOUT] = PROBLEM_WARNING,
                [LIFT_REFUSED] = PROBLEM_ERROR,
        };

        for (guint i = 0; i < remarks->len; i++) {
                const Remark *remark = &g_array_index(remarks, Remark, i);

                problem_add(problems, severities[remark->lift->fate], remark->first->file,
                            remark->first->line, remark->first->key, "%s%s%s", remark->lift->remark,
                            remark->others->len > 0 ? "; the same goes for " : "", remark->others->str);
        }
}

/* Whether the lines stay. */
static bool apply(const LiftInput *input, GArray *remarks) {
        if (input->lift->take)
                return input->lift->take(input);
        if (!asks_for_nothing(input))
                add_remark(input, remarks);
        return false;
}

/* All lines of KEY in SECTION. Caller unrefs. */
static GPtrArray *find_lines(const UnitFile *unit, guint section, const char *key) {
        GPtrArray *lines = g_ptr_array_new();

        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);

                if (assignment->section == section && assignment->key && strcmp(assignment->key, key) == 0)
                        g_ptr_array_add(lines, (void *) assignment);
        }
        return lines;
}

/* Whether there is anything to do, which is rare. */
static bool has_row(const UnitFile *unit, guint section) {
        for (guint i = 0; section != UNIT_FILE_NO_SECTION && i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);

                if (assignment->section == section && assignment->key && find(assignment->key))
                        return true;
        }
        return false;
}

void service_lift(UnitFile *unit, ContainerSpec *spec, GPtrArray *problems) {
        guint section = unit_file_find_section(unit, "Service");

        if (!has_row(unit, section))
                return;
        g_autoptr(GArray) remarks = g_array_new(FALSE, FALSE, sizeof(Remark));
        g_array_set_clear_func(remarks, clear_remark);
        g_autofree bool *is_done = g_new0(bool, lift_table_count);
        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);
                const Lift *lift = NULL;

                if (assignment->section == section && assignment->key)
                        lift = find(assignment->key);
                if (!lift || is_done[lift - lift_table])
                        continue;
                is_done[lift - lift_table] = true;
                g_autoptr(GPtrArray) lines = find_lines(unit, section, lift->key);
                LiftInput input = {unit, lift, spec, lines, problems};
                bool stay = apply(&input, remarks);
                for (guint j = 0; !stay && j < lines->len; j++)
                        unit_file_take_out(unit, lines->pdata[j]);
        }
        report_remarks(remarks, problems);
}
