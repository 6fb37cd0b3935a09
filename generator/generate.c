/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From source files to units, one after the other:
 *
 *         search   which files there are             generator/search
 *         read     one file → UnitFile               spec/unit-read
 *         dropins  what others add to it             spec/unit-dropins
 *         spec     [Container] → ContainerSpec       spec/key-load; what other files mean: generator/lookup
 *         service  the unit's text                   generator/service
 *                  slips and habits in systemd's own sections: generator/service-correct
 *                  what is the container's, and not the service's: generator/service-lift
 *         install  the links it wants                generator/install
 *         output   both into systemd's folder        generator/output, and in which thread: generator/output-queue
 *
 * Buffers are used again from file to file: this runs at each login and each daemon-reload, for all
 * files. */

#include "generator/generate.h"

#include "base/error.h"
#include "generator/install.h"
#include "generator/lookup.h"
#include "generator/output-queue.h"
#include "generator/service.h"
#include "generator/shadow.h"
#include "generator/translation.h"
#include "spec/container-spec.h"
#include "spec/problem.h"

#include <string.h>

typedef struct Generate {
        const GenerateOptions *options;
        UnitReader *reader;
        Lookup *lookup;
        Translation translation; /* the file being translated */
        GString *text;           /* its unit's text */
        GArray *links;
        OutputQueue *queue; /* NULL: nothing is written */
        bool has_failed;    /* a unit could not be written */
        Shadow *shadow;
        GHashTable *services;               /* names that are taken → Source */
        GHashTable *resources[SOURCE_NONE]; /* name of what a file of the kind stands for → Source */
        GHashTable *members; /* name of a .pod → GPtrArray of the services that start with it */
} Generate;

static void unref_array(void *array) {
        g_ptr_array_unref(array);
}

static void generate_init(Generate *generate, const Search *search, const GenerateOptions *options) {
        generate->options = options;
        generate->reader = unit_reader_new();
        generate->lookup = lookup_new(search, generate->reader);
        translation_init(&generate->translation, search, generate->reader);
        lookup_connect(generate->lookup, &generate->translation.references);
        generate->translation.references.network = options->network;
        generate->text = g_string_sized_new(4096);
        generate->links = install_links_new();
        generate->queue = options->output ? output_queue_new(options->output) : NULL;
        generate->has_failed = false;
        generate->shadow = shadow_new(SHADOW_PODMAN_GENERATOR);
        for (SourceKind kind = 0; kind < SOURCE_NONE; kind++)
                generate->resources[kind] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        generate->services = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        generate->members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_array);
}

static void generate_clear(Generate *generate) {
        translation_clear(&generate->translation);
        lookup_free(generate->lookup);
        unit_reader_free(generate->reader);
        g_string_free(generate->text, TRUE);
        g_array_unref(generate->links);
        shadow_free(generate->shadow);
        g_hash_table_unref(generate->services);
        for (SourceKind kind = 0; kind < SOURCE_NONE; kind++)
                g_hash_table_unref(generate->resources[kind]);
        g_hash_table_unref(generate->members);
}

/* A pod's unit is printed behind those of all containers, when its members are known. A member with a fault is
 * one as well: the pod starts its stub, which says why. */
static void note_member(Generate *generate) {
        const Translation *translation = &generate->translation;
        const char *pod = translation->references.pod;

        if (translation->source->kind != SOURCE_CONTAINER || !pod || strstr(translation->service, "@."))
                return;
        if (((const ContainerSpec *) translation->spec)->start_with_pod == TRISTATE_NO)
                return;
        GPtrArray *members = g_hash_table_lookup(generate->members, pod);
        if (!members) {
                members = g_ptr_array_new_with_free_func(g_free);
                g_hash_table_insert(generate->members, g_strdup(pod), members);
        }
        g_ptr_array_add(members, g_strdup(translation->service));
}

/* Two files that stand for one container, volume, network or pod: they would get into each other's way. */
static void check_resource(Generate *generate) {
        Translation *translation = &generate->translation;
        const char *key = translation->kind ? translation->kind->name_key : NULL;

        if (!key || !translation->spec)
                return;
        GHashTable *resources = generate->resources[translation->source->kind];
        g_autofree char *resource = unit_kind_resource(translation->source->kind, translation->spec);
        if (!resource)
                return;
        const Source *other = g_hash_table_lookup(resources, resource);
        if (!other) {
                g_hash_table_insert(resources, g_steal_pointer(&resource), (void *) translation->source);
                return;
        }
        g_autofree char *path = search_path(translation->search, other);
        problem_add(translation->problems, PROBLEM_WARNING, translation->path, 0, NULL,
                    "the name '%s' is that of %s too; give one of the two another %s=", resource, path, key);
}

static void check_shadow(Generate *generate) {
        Translation *translation = &generate->translation;

        if (generate->options->is_alone)
                return;
        g_autofree char *text = shadow_find(generate->shadow, translation->service, translation->path);

        if (text)
                problem_add(translation->problems, PROBLEM_WARNING, translation->path, 0, NULL, "%s", text);
}

/* spec, service, install. */
static void translate(Generate *generate) {
        Translation *translation = &generate->translation;
        ServiceInput input = {.unit = translation->unit,
                              .path = translation->path,
                              .service = translation->service,
                              .source_kind = translation->source->kind,
                              .kind = translation->kind,
                              .references = &translation->references,
                              .members = g_hash_table_lookup(generate->members, translation->source->name),
                              .resolve = lookup_service,
                              .resolve_data = generate->lookup};

        translation_load(translation);
        note_member(generate);
        check_resource(generate);
        check_shadow(generate);
        /* Also for a file with a fault, since printing finds further ones. */
        if (translation->spec)
                service_print(&input, translation->spec, generate->text, translation->problems);
        if (problems_have_errors(translation->problems)) {
                problems_sort(translation->problems, translation->path);
                g_string_truncate(generate->text, 0);
                service_print_stub(&input, translation->problems, generate->text);
        }
        install_plan(&input, generate->links, translation->problems);
}

/* output. What cannot be written is told by finish_output(). */
static void write_unit(Generate *generate, const char *path, const char *service) {
        if (generate->options->print)
                fprintf(generate->options->print, "---%s---\n%s\n", service, generate->text->str);
        if (generate->queue)
                output_queue_add(generate->queue, path, service, &generate->text, &generate->links);
}

static void report_fault(const char *path, const char *service, const char *text, void *data) {
        Generate *generate = data;
        const GenerateOptions *options = generate->options;
        Problem problem = {PROBLEM_ERROR, (char *) path, 0, NULL, (char *) text};

        generate->has_failed = true;
        if (options->report)
                options->report(&problem, service, options->data);
}

static bool finish_output(Generate *generate) {
        if (generate->queue)
                output_queue_finish(g_steal_pointer(&generate->queue), report_fault, generate);
        return !generate->has_failed;
}

static bool take_name(Generate *generate) {
        const Translation *translation = &generate->translation;
        const char *service = translation->service, *path = translation->path;
        const Source *other = g_hash_table_lookup(generate->services, service);

        if (!source_is_unit_name(service)) {
                problem_add(
                        translation->problems, PROBLEM_ERROR, path, 0, NULL,
                        "'%s' cannot be the name of a unit, so there is none for this file; call it otherwise, "
                        "with letters of ASCII, digits and : _ . - only",
                        service);
                return false;
        }
        if (other) {
                g_autofree char *other_path = search_path(translation->search, other);

                problem_add(translation->problems, PROBLEM_ERROR, path, 0, NULL,
                            "%s is made from %s already, so there is no unit for this file", service,
                            other_path);
                return false;
        }
        g_hash_table_insert(generate->services, g_strdup(service), (void *) translation->source);
        return true;
}

static bool report_all(Generate *generate, const char *service) {
        const GenerateOptions *options = generate->options;
        const GPtrArray *problems = generate->translation.problems;

        for (guint i = 0; options->report && i < problems->len; i++)
                options->report(problems->pdata[i], service, options->data);
        return !problems_have_errors(problems);
}

static bool generate_one(Generate *generate, const Source *source) {
        Translation *translation = &generate->translation;

        g_string_truncate(generate->text, 0);
        g_array_set_size(generate->links, 0);
        if (!translation_read(translation, source))
                return true;
        if (!take_name(generate))
                return report_all(generate, NULL);
        translate(generate);
        if (generate->options->inspect)
                generate->options->inspect(translation, generate->text->str, generate->options->data);
        write_unit(generate, translation->path, translation->service);
        problems_sort(translation->problems, translation->path);
        return report_all(generate, translation->service);
}

/* Pods or all others. */
static bool generate_part(Generate *generate, const Search *search, bool pods) {
        bool good = true;

        for (guint i = 0; i < search->sources->len; i++) {
                const Source *source = search_source(search, i);

                if ((source->kind == SOURCE_POD) == pods)
                        good = generate_one(generate, source) && good;
        }
        return good;
}

bool generate_all(const Search *search, const GenerateOptions *options) {
        Generate generate;
        bool good = true;

        for (guint i = 0; options->report && i < search->problems->len; i++)
                options->report(search->problems->pdata[i], NULL, options->data);
        generate_init(&generate, search, options);
        good = generate_part(&generate, search, false);
        good = generate_part(&generate, search, true) && good;
        good = finish_output(&generate) && good;
        generate_clear(&generate);
        return good;
}

bool generate_check(const char *path, const GenerateOptions *options, char **ret_text,
                    GPtrArray **ret_problems, GError **error) {
        g_autofree char *absolute = g_canonicalize_filename(path, NULL);
        g_autofree char *folder = g_path_get_dirname(absolute), *name = g_path_get_basename(absolute);

        if (source_kind(name) == SOURCE_NONE) {
                const char *extension = source_nearest_extension(name);

                return fail(error, WOLFFIA_ERROR_VALUE,
                            "%s: the name does not end in .container or another known extension%s%s%s", path,
                            extension ? "; did you mean " : "", extension ? extension : "",
                            extension ? "?" : "");
        }

        /* The file's own folder first, so that it is the one of its name that counts; not what is below,
         * which may be all of somebody's home. */
        g_autoptr(GArray) roots = search_roots();
        SearchRoot own = {g_strdup(folder), false, true, false};
        g_array_prepend_val(roots, own);
        g_autoptr(Search) search = search_run(roots);
        const Source *source = search_find(search, name);
        if (!source)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "%s: there is no such file", path);

        const GenerateOptions none = {.network = options ? options->network : NULL};
        Generate generate;
        generate_init(&generate, search, &none);
        if (source->kind == SOURCE_POD)
                (void) generate_part(&generate, search, false);
        if (options)
                generate.options = options;
        (void) generate_one(&generate, source);
        *ret_problems = g_ptr_array_ref(generate.translation.problems);
        if (ret_text)
                *ret_text = g_strdup(generate.text->str);
        generate_clear(&generate);
        return true;
}
