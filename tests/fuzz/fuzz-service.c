/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text as a unit file, through all that is done to the user's own sections: what hinders the runner is not in the
 * unit any more, and a second time nothing is found to be done. */

#include "generator/service-correct.h"
#include "generator/service-lift.h"
#include "spec/container-load.h"
#include "spec/unit-read.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lifted(const UnitFile *unit) {
        guint section = unit_file_find_section(unit, "Service");

        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *line = unit_file_at(unit, i);

                if (line->section != section || !line->key || section == UNIT_FILE_NO_SECTION)
                        continue;
                for (size_t j = 0; j < lift_table_count; j++)
                        g_assert_true(lift_table[j].take || strcmp(lift_table[j].key, line->key) != 0);
        }
}

static char *print(const UnitFile *unit) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < unit->sections->len; i++)
                unit_file_print_section(unit, i, text);
        return g_string_free(text, FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new(), again = problems_new();
        g_autoptr(ContainerSpec) spec = container_spec_new(), other = container_spec_new();

        unit_read_text(reader, (const char *) data, size, "/f", unit, problems);
        service_correct(unit, problems);
        service_lift(unit, spec, problems);
        check_lifted(unit);
        g_autofree char *once = print(unit);
        container_load(unit, "/f", spec, problems);

        service_correct(unit, again);
        service_lift(unit, other, again);
        g_autofree char *twice = print(unit);
        g_assert_cmpstr(once, ==, twice);
        return 0;
}
