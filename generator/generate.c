/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From source files to units, one after the other:
 *
 *         search   which files there are             generator/search
 *         read     one file → UnitFile               spec/unit-read
 *         dropins  what others add to it             spec/unit-dropins
 *         spec     [Container] → ContainerSpec       spec/container-load
 *         service  the unit's text                   generator/service
 *                  what is the container's, and not the service's: generator/service-lift
 *         install  the links it wants                generator/install
 *         output   both into systemd's folder        generator/output
 *
 * Buffers are used again from file to file: this runs at each login and each daemon-reload, for all
 * files. */

#include "generator/generate.h"

#include "base/error.h"
#include "generator/install.h"
#include "generator/service-lift.h"
#include "generator/service.h"
#include "spec/container-load.h"
#include "spec/problem.h"
#include "spec/unit-read.h"

#include <fcntl.h>
#include <string.h>

typedef struct Generate {
        const Search *search;
        const GenerateOptions *options;
        UnitReader *reader;
        GString *text; /* a unit's text */
        UnitFile *unit;
        ContainerSpec *spec;
        GPtrArray *problems; /* of the file being translated */
        GArray *links;
        GHashTable *services; /* names that are taken → path of the source */
} Generate;

static void generate_init(Generate *generate, const Search *search, const GenerateOptions *options) {
        generate->search = search;
        generate->options = options;
        generate->reader = unit_reader_new();
        generate->text = g_string_sized_new(4096);
        generate->unit = unit_file_new();
        generate->spec = container_spec_new();
        generate->problems = problems_new();
        generate->links = install_links_new();
        generate->services = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void generate_clear(Generate *generate) {
        unit_reader_free(generate->reader);
        g_string_free(generate->text, TRUE);
        unit_file_free(generate->unit);
        container_spec_free(generate->spec);
        g_ptr_array_unref(generate->problems);
        g_array_unref(generate->links);
        g_hash_table_unref(generate->services);
}

/* The service that UNIT becomes: ServiceName= may say it. */
static char *service_name(const UnitFile *unit, const Source *source, const char *path,
                          GPtrArray *problems) {
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

/* ServiceResolve: only files that others depend on are read twice. */
static char *resolve(const char *name, void *data) {
        const Generate *generate = data;
        const Source *source = search_find(generate->search, name);
        const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

        /* An instance comes from its template: a@x.container from a@.container. */
        g_autofree char *template =
                at && at < dot ? g_strdup_printf("%.*s@%s", (int) (at - name), name, dot) : NULL;
        if (!source && template && search_find(generate->search, template))
                return source_service(name, source_kind(name));
        if (!source)
                return NULL;

        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) ignored = problems_new();
        g_autofree char *path = search_path(generate->search, source);
        (void) unit_read(generate->reader, AT_FDCWD, path, path, unit, ignored);
        unit_dropins_load(generate->search->dropins, name, generate->reader, unit, ignored);
        return service_name(unit, source, path, NULL);
}

/* read, dropins. False when the file is masked and there is to be no unit. */
static bool load_unit(Generate *generate, const Source *source, const char *path) {
        const SearchFolder *folder = search_folder(generate->search, source);
        UnitReadResult result =
                unit_read(generate->reader, folder->fd >= 0 ? folder->fd : AT_FDCWD,
                          folder->fd >= 0 ? source->name : path, path, generate->unit, generate->problems);

        if (result == UNIT_READ_EMPTY && source->kind == SOURCE_CONTAINER)
                return false;
        unit_dropins_load(generate->search->dropins, source->name, generate->reader, generate->unit,
                          generate->problems);
        return true;
}

/* spec, service, install. */
static void translate(Generate *generate, const Source *source, const char *path, const char *service) {
        ServiceInput input = {generate->unit, path,    service, source_section(source->kind),
                              resolve,        generate};
        const char *refusal = source_refusal(source->kind);
        ContainerSpec *spec = generate->spec;

        if (refusal)
                problem_add(generate->problems, PROBLEM_ERROR, path, 0, NULL, "%s", refusal);
        else if (generate->unit->sections->len > 0 || !problems_have_errors(generate->problems)) {
                service_lift(generate->unit, spec, generate->problems);
                container_load(generate->unit, path, spec, generate->problems);
                service_check(&input, generate->problems);
                service_complete(&input, spec);
        }

        if (!problems_have_errors(generate->problems))
                service_print(&input, spec, generate->text, generate->problems);
        if (problems_have_errors(generate->problems)) {
                problems_sort(generate->problems, path);
                g_string_truncate(generate->text, 0);
                service_print_stub(&input, generate->problems, generate->text);
        }
        install_plan(generate->unit, service, generate->links, generate->problems);
}

static void add_output_problem(Generate *generate, const char *path, const GError *error) {
        problem_add(generate->problems, PROBLEM_ERROR, path, 0, NULL, "%s", error->message);
}

/* output. */
static void write_unit(Generate *generate, const char *path, const char *service) {
        Output *output = generate->options->output;
        g_autoptr(GError) error = NULL;

        if (generate->options->print)
                fprintf(generate->options->print, "---%s---\n%s\n", service, generate->text->str);
        if (!output)
                return;
        if (!output_write(output, service, generate->text, &error)) {
                add_output_problem(generate, path, error);
                return;
        }
        for (guint i = 0; i < generate->links->len; i++) {
                g_autoptr(GError) link_error = NULL;

                if (!output_link(output, &g_array_index(generate->links, InstallLink, i), &link_error))
                        add_output_problem(generate, path, link_error);
        }
}

static bool take_name(Generate *generate, const char *service, const char *path) {
        const char *other = g_hash_table_lookup(generate->services, service);

        if (!source_is_unit_name(service)) {
                problem_add(generate->problems, PROBLEM_ERROR, path, 0, NULL,
                            "'%s' cannot be the name of a unit, so there is none for this file", service);
                return false;
        }
        if (other) {
                problem_add(generate->problems, PROBLEM_ERROR, path, 0, NULL,
                            "%s is made from %s already, so there is no unit for this file", service, other);
                return false;
        }
        g_hash_table_insert(generate->services, g_strdup(service), g_strdup(path));
        return true;
}

static bool report_all(Generate *generate, const char *service) {
        const GenerateOptions *options = generate->options;

        for (guint i = 0; options->report && i < generate->problems->len; i++)
                options->report(generate->problems->pdata[i], service, options->report_data);
        return !problems_have_errors(generate->problems);
}

static bool generate_one(Generate *generate, const Source *source) {
        g_autofree char *path = search_path(generate->search, source);

        unit_file_clear(generate->unit);
        g_string_truncate(generate->text, 0);
        g_ptr_array_set_size(generate->problems, 0);
        g_array_set_size(generate->links, 0);
        container_spec_clear(generate->spec);

        if (!load_unit(generate, source, path))
                return true;
        g_autofree char *service = service_name(generate->unit, source, path, generate->problems);
        if (!take_name(generate, service, path))
                return report_all(generate, NULL);
        translate(generate, source, path, service);
        write_unit(generate, path, service);
        problems_sort(generate->problems, path);
        return report_all(generate, service);
}

bool generate_all(const Search *search, const GenerateOptions *options) {
        Generate generate;
        bool good = true;

        for (guint i = 0; options->report && i < search->problems->len; i++)
                options->report(search->problems->pdata[i], NULL, options->report_data);
        generate_init(&generate, search, options);
        for (guint i = 0; i < search->sources->len; i++)
                good = generate_one(&generate, search_source(search, i)) && good;
        generate_clear(&generate);
        return good;
}

bool generate_check(const char *path, char **ret_text, GPtrArray **ret_problems, GError **error) {
        g_autofree char *absolute = g_canonicalize_filename(path, NULL);
        g_autofree char *folder = g_path_get_dirname(absolute), *name = g_path_get_basename(absolute);

        if (source_kind(name) == SOURCE_NONE)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "%s: the name does not end in .container or another known extension", path);

        /* The file's own folder first, so that it is the one of its name that counts; not what is below,
         * which may be all of somebody's home. */
        g_autoptr(GArray) roots = search_roots();
        SearchRoot own = {g_strdup(folder), false, true};
        g_array_prepend_val(roots, own);
        g_autoptr(Search) search = search_run(roots);
        const Source *source = search_find(search, name);
        if (!source)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "%s: there is no such file", path);

        GenerateOptions options = {NULL, NULL, NULL, NULL};
        Generate generate;
        generate_init(&generate, search, &options);
        (void) generate_one(&generate, source);
        *ret_problems = g_ptr_array_ref(generate.problems);
        if (ret_text)
                *ret_text = g_strdup(generate.text->str);
        generate_clear(&generate);
        return true;
}
