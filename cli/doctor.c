/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keeping and printing what was found. */

#include "cli/doctor.h"

#include "cli/json.h"
#include "cli/table.h"

#include <stdio.h>

static const struct {
        const char *word;
        const char *colour;
} verdicts[] = {
        [DOCTOR_OK] = {"ok", "\033[32m"},
        [DOCTOR_ADVICE] = {"advice", "\033[33m"},
        [DOCTOR_PROBLEM] = {"problem", "\033[1;31m"},
};

static void clear_finding(DoctorFinding *finding) {
        g_free(finding->text);
}

Doctor *doctor_new(bool fixes) {
        Doctor *doctor = g_new0(Doctor, 1);

        doctor->fixes = fixes;
        doctor->findings = g_array_new(FALSE, FALSE, sizeof(DoctorFinding));
        g_array_set_clear_func(doctor->findings, (GDestroyNotify) clear_finding);
        return doctor;
}

void doctor_free(Doctor *doctor) {
        if (!doctor)
                return;
        g_array_unref(doctor->findings);
        g_free(doctor);
}

void doctor_say(Doctor *doctor, DoctorVerdict verdict, const char *row, const char *name, const char *format,
                ...) {
        va_list arguments;

        va_start(arguments, format);
        DoctorFinding finding = {verdict, row, name, g_strdup_vprintf(format, arguments)};
        va_end(arguments);
        g_array_append_val(doctor->findings, finding);
}

DoctorVerdict doctor_verdict(const Doctor *doctor) {
        DoctorVerdict worst = DOCTOR_OK;

        for (guint i = 0; i < doctor->findings->len; i++)
                worst = MAX(worst, g_array_index(doctor->findings, DoctorFinding, i).verdict);
        return worst;
}

void doctor_print(const Doctor *doctor) {
        bool coloured = table_is_coloured(stdout);

        for (guint i = 0; i < doctor->findings->len; i++) {
                const DoctorFinding *finding = &g_array_index(doctor->findings, DoctorFinding, i);

                printf("%s%-7s%s  %-3s  %-15s  %s\n", coloured ? verdicts[finding->verdict].colour : "",
                       verdicts[finding->verdict].word, coloured ? "\033[0m" : "", finding->row,
                       finding->name, finding->text);
        }
}

void doctor_print_json(const Doctor *doctor) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_object(builder);
        json_add_string(builder, "verdict", verdicts[doctor_verdict(doctor)].word);
        json_builder_set_member_name(builder, "findings");
        json_builder_begin_array(builder);
        for (guint i = 0; i < doctor->findings->len; i++) {
                const DoctorFinding *finding = &g_array_index(doctor->findings, DoctorFinding, i);

                json_builder_begin_object(builder);
                json_add_string(builder, "verdict", verdicts[finding->verdict].word);
                json_add_string(builder, "row", finding->row);
                json_add_string(builder, "name", finding->name);
                json_add_string(builder, "text", finding->text);
                json_builder_end_object(builder);
        }
        json_builder_end_array(builder);
        json_builder_end_object(builder);
        json_show(builder);
}
