/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading a source file. Buffers are used again from file to file. */

#include "generator/translation.h"

#include "generator/service-correct.h"
#include "generator/service-lift.h"
#include "generator/service-limits.h"
#include "generator/service.h"
#include "spec/problem.h"
#include "spec/quadlet-spec.h"

#include <fcntl.h>
#include <string.h>

void translation_init(Translation *translation, const Search *search, UnitReader *reader) {
        memset(translation, 0, sizeof *translation);
        translation->search = search;
        translation->reader = reader;
        translation->unit = unit_file_new();
        translation->problems = problems_new();
        references_init(&translation->references);
}

void translation_clear(Translation *translation) {
        g_free(translation->path);
        g_free(translation->service);
        unit_file_free(translation->unit);
        g_ptr_array_unref(translation->problems);
        references_clear(&translation->references);
        for (SourceKind kind = 0; kind < SOURCE_NONE; kind++)
                if (translation->specs[kind])
                        key_table_free_spec(unit_kind_find(kind)->loader->table, translation->specs[kind]);
}

/* A spec with nothing said, of the kind. */
static void prepare_spec(Translation *translation) {
        void **spec = &translation->specs[translation->source->kind];
        const KeyTable *table = translation->kind->loader->table;

        if (*spec)
                key_table_clear_spec(table, *spec);
        else
                *spec = key_table_new_spec(table);
        translation->spec = *spec;
}

/* PROBLEMS may be NULL. */
static char *service_name(const UnitFile *unit, const Source *source, GPtrArray *problems) {
        const char *section = source_section(source->kind);
        const char *value = unit_file_value(unit, section, "ServiceName");

        if (!value)
                return source_service(source->name, source->kind);
        g_autofree char *plain = key_load_unquote(value);
        g_autofree char *name =
                g_str_has_suffix(plain, ".service") ? g_strdup(plain) : g_strdup_printf("%s.service", plain);
        if (source_is_unit_name(name))
                return g_steal_pointer(&name);
        if (problems) {
                const UnitAssignment *last = unit_file_last(unit, section, "ServiceName");

                problem_add(problems, PROBLEM_ERROR, last->file, last->line, last->key,
                            "'%s' cannot be the name of a service", plain);
        }
        return source_service(source->name, source->kind);
}

char *translation_service(const Search *search, UnitReader *reader, const Source *source) {
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) ignored = problems_new();
        g_autofree char *path = search_path(search, source);

        (void) unit_read(reader, AT_FDCWD, path, path, unit, ignored);
        unit_dropins_load(search->dropins, source->name, reader, unit, ignored);
        return service_name(unit, source, NULL);
}

static bool is_link_to_null(const char *path) {
        g_autofree char *target = g_file_read_link(path, NULL);

        return g_strcmp0(target, "/dev/null") == 0;
}

bool translation_read(Translation *translation, const Source *source) {
        const SearchFolder *folder = search_folder(translation->search, source);

        g_free(translation->path);
        g_clear_pointer(&translation->service, g_free);
        unit_file_clear(translation->unit);
        g_ptr_array_set_size(translation->problems, 0);
        references_reset(&translation->references);
        translation->source = source;
        translation->kind = unit_kind_find(source->kind);
        translation->path = search_path(translation->search, source);
        translation->spec = NULL;

        UnitReadResult result = unit_read(translation->reader, folder->fd >= 0 ? folder->fd : AT_FDCWD,
                                          folder->fd >= 0 ? source->name : translation->path,
                                          translation->path, translation->unit, translation->problems);
        /* Nothing in it is a way to hide another one; a .volume or .network needs nothing in it. */
        if (result == UNIT_READ_EMPTY &&
            (source->kind == SOURCE_CONTAINER || is_link_to_null(translation->path)))
                return false;
        unit_dropins_load(translation->search->dropins, source->name, translation->reader, translation->unit,
                          translation->problems);
        translation->service = service_name(translation->unit, source, translation->problems);
        return true;
}

static void load_quadlet(Translation *translation) {
        QuadletSpec spec = {TRISTATE_UNSET};

        if (unit_file_find_section(translation->unit, "Quadlet") != UNIT_FILE_NO_SECTION)
                key_load(&quadlet_loader, translation->unit, translation->path, &spec, NULL,
                         translation->problems);
}

/* What the key says is checked where it is read. Also where it is the file's: with host.network, Network=host.network would be
 * the host's. */
static void check_name(Translation *translation) {
        const UnitKind *kind = translation->kind;
        g_autofree char *name = unit_kind_resource(translation->source->kind, translation->spec);
        g_autoptr(GError) error = NULL;

        if (kind->name_key && !strpbrk(name, "%$") && !kind->check_name(name, &error))
                problem_add(translation->problems, PROBLEM_ERROR, translation->path, 0, kind->name_key, "%s",
                            error->message);
}

void translation_load(Translation *translation) {
        const Source *source = translation->source;
        const char *refusal = source_refusal(source->kind);

        service_correct(translation->unit, translation->problems);
        if (refusal) {
                problem_add(translation->problems, PROBLEM_ERROR, translation->path, 0, NULL, "%s", refusal);
                return;
        }
        prepare_spec(translation);
        /* A file that could not be read at all has one fault, not those of an empty one too. */
        if (translation->unit->sections->len > 0 || !problems_have_errors(translation->problems)) {
                ServiceInput input = {.unit = translation->unit,
                                      .path = translation->path,
                                      .service = translation->service,
                                      .source_kind = source->kind,
                                      .kind = translation->kind};

                service_lift(translation->unit, source->kind == SOURCE_CONTAINER ? translation->spec : NULL,
                             translation->problems);
                key_load(translation->kind->loader, translation->unit, translation->path, translation->spec,
                         &translation->references, translation->problems);
                load_quadlet(translation);
                service_check(&input, translation->problems);
                unit_kind_complete(source->kind, source->name, translation->service, translation->spec);
                check_name(translation);
                if (source->kind == SOURCE_CONTAINER)
                        service_limits_check(&input, translation->spec, translation->problems);
        }
}
