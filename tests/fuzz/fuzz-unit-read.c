/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a unit file: read, loaded, and printed as a service, which must be a unit file without a fault again. */

#include "generator/service.h"
#include "spec/container-load.h"
#include "spec/problem.h"
#include "spec/unit-read.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_malloc0(size + 1);
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new(), printed_unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new(), printed_problems = problems_new();
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GString) printed = g_string_new(NULL);
        ServiceInput input = {.unit = unit,
                              .path = "/x/web.container",
                              .service = "web.service",
                              .source_kind = SOURCE_CONTAINER,
                              .kind = unit_kind_find(SOURCE_CONTAINER)};

        memcpy(text, data, size);
        unit_read_text(reader, text, size, "/x/web.container", unit, problems);
        container_load(unit, "/x/web.container", spec, problems);
        service_check(&input, problems);
        unit_kind_complete(SOURCE_CONTAINER, "web.container", "web.service", spec);
        if (problems_have_errors(problems))
                service_print_stub(&input, problems, printed);
        else
                service_print(&input, spec, printed, problems);

        unit_read_text(reader, printed->str, printed->len, "printed", printed_unit, printed_problems);
        g_assert_cmpuint(printed_problems->len, ==, 0);
        g_assert_nonnull(unit_file_value(printed_unit, "Service", "ExecStart"));
        return 0;
}
