/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a file of any kind, which the first line says: read, loaded with every other file there, and printed as
 * a service, which must be a unit file without a fault again; its spec, printed as a command line, is read back. */

#include "generator/service.h"
#include "spec/key-options.h"
#include "spec/problem.h"
#include "spec/unit-read.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool find(const char *name, char **ret_resource, char **ret_service, void *data, GError **error) {
        *ret_resource = g_strdup("other");
        *ret_service = g_strdup("other.service");
        return true;
}

static char *owner(const char *extension, const char *resource, void *data) {
        return g_str_has_prefix(resource, "a") ? g_strdup("a.service") : NULL;
}

/* Also with values that no check has seen. */
static void check_options(const KeyTable *table, const void *spec) {
        void *back = key_table_new_spec(table);
        g_autoptr(GPtrArray) printed = key_options_print(table, spec);
        g_autoptr(GError) error = NULL;

        g_ptr_array_add(printed, NULL);
        (void) key_options_parse(table, (const char *const *) printed->pdata, back, &error);
        g_assert_no_error(error);
        g_autoptr(GPtrArray) again = key_options_print(table, back);
        g_ptr_array_add(again, NULL);
        g_assert_cmpstrv(printed->pdata, again->pdata);
        key_table_free_spec(table, back);
}

static void check_print(const ServiceInput *input, const void *spec, GPtrArray *problems) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) faults = problems_new();
        g_autoptr(GString) printed = g_string_new(NULL);

        if (!problems_have_errors(problems))
                service_print(input, spec, printed, problems);
        if (problems_have_errors(problems)) {
                g_string_truncate(printed, 0);
                service_print_stub(input, problems, printed);
        }
        unit_read_text(reader, printed->str, printed->len, "printed", unit, faults);
        g_assert_cmpuint(faults->len, ==, 0);
        g_assert_nonnull(unit_file_value(unit, "Service", "ExecStart"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const uint8_t *end = memchr(data, '\n', size);
        if (!end)
                return 0;
        g_autofree char *word = g_strndup((const char *) data, (gsize) (end - data));
        g_autofree char *name = g_strconcat("x.", word, NULL), *path = g_strconcat("/x/", name, NULL);
        SourceKind which = source_kind(name);
        const UnitKind *kind = unit_kind_find(which);
        /* A name that no unit can have makes none. */
        if (which == SOURCE_NONE || !kind || !source_is_unit_name(name))
                return 0;

        size_t text_size = size - (size_t) (end + 1 - data);
        g_autofree char *text = g_malloc0(text_size + 1), *service = source_service(name, which);
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();
        void *spec = key_table_new_spec(kind->loader->table);
        References references;
        references_init(&references);
        references.find = find;
        references.owner = owner;
        ServiceInput input = {.unit = unit,
                              .path = path,
                              .service = service,
                              .source_kind = which,
                              .kind = kind,
                              .references = &references};

        memcpy(text, end + 1, text_size);
        unit_read_text(reader, text, text_size, path, unit, problems);
        key_load(kind->loader, unit, path, spec, &references, problems);
        service_check(&input, problems);
        unit_kind_complete(which, name, service, spec);
        if (which != SOURCE_CONTAINER)
                check_options(kind->loader->table, spec);
        check_print(&input, spec, problems);
        references_clear(&references);
        key_table_free_spec(kind->loader->table, spec);
        return 0;
}
