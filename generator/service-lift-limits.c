/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The names of cgroup v1, which systemd forgets one after the other, and their values by the rules that systemd itself
 * had while it knew both (systemd.resource-control(5)). */

#include "generator/service-lift-take.h"

#include "spec/problem.h"
#include "spec/value-basic.h"

#include <string.h>

#define WEIGHT_DEFAULT 100
#define WEIGHT_MAXIMUM 10000

static void rename_line(const LiftInput *input, const UnitAssignment *line, const char *value) {
        unit_file_replace(input->unit, line, input->lift->remark, value);
}

/* True when the new name is there as well, which has the last word. */
static bool is_said_newly(const LiftInput *input) {
        if (!unit_file_value(input->unit, "Service", input->lift->remark))
                return false;
        lift_report(input, PROBLEM_NOTE, "%s= is there too, and has the last word", input->lift->remark);
        return true;
}

bool lift_renamed(const LiftInput *input) {
        if (is_said_newly(input))
                return false;
        for (guint i = 0; i < input->lines->len; i++) {
                const UnitAssignment *line = input->lines->pdata[i];

                rename_line(input, line, line->value);
        }
        if (*lift_last(input)->value)
                lift_report(input, PROBLEM_NOTE, "a name of cgroup v1; taken as %s=%s", input->lift->remark,
                            lift_last(input)->value);
        return true;
}

/* From a weight with the given range and default to one of cgroup v2, 1 to 10000 around 100. Caller frees; NULL when it
 * is none. */
static char *convert_weight(const char *text, guint64 minimum, guint64 maximum, guint64 ordinary) {
        guint64 weight;

        if (!value_number_parse(text, maximum, &weight, NULL) || weight < minimum)
                return NULL;
        weight = CLAMP(weight * WEIGHT_DEFAULT / ordinary, 1, WEIGHT_MAXIMUM);
        return g_strdup_printf("%" G_GUINT64_FORMAT, weight);
}

typedef struct Range {
        guint64 minimum, maximum, ordinary;
} Range;

static bool lift_weight(const LiftInput *input, const Range *range) {
        if (is_said_newly(input))
                return false;
        for (guint i = 0; i < input->lines->len; i++) {
                const UnitAssignment *line = input->lines->pdata[i];
                const char *blank = strrchr(line->value, ' '), *number = blank ? blank + 1 : line->value;

                if (!*line->value) {
                        rename_line(input, line, "");
                        continue;
                }
                g_autofree char *weight =
                        convert_weight(number, range->minimum, range->maximum, range->ordinary);
                if (!weight) {
                        lift_report(input, PROBLEM_ERROR,
                                    "'%s' is not a weight from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                                    "; write %s= instead, from 1 to 10000",
                                    number, range->minimum, range->maximum, input->lift->remark);
                        unit_file_take_out(input->unit, line);
                        continue;
                }
                g_autofree char *value =
                        g_strdup_printf("%.*s%s", (int) (number - line->value), line->value, weight);
                lift_report(input, PROBLEM_NOTE, "a name of cgroup v1; taken as %s=%s", input->lift->remark,
                            value);
                rename_line(input, line, value);
        }
        return true;
}

bool lift_cpu_shares(const LiftInput *input) {
        return lift_weight(input, &(const Range){2, 262144, 1024});
}

bool lift_block_io_weight(const LiftInput *input) {
        return lift_weight(input, &(const Range){10, 1000, 500});
}
