/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finding what a name of another file means.
 *
 * How it works: a file that is referred to is read and understood as for its own unit, so that a fault in it
 * is known; what it stands for is kept by its name. Instances (data@a.volume, data@%i.volume) that have no
 * file of their own come from their template (data@.volume), whose specifiers are filled in here, since they
 * would mean the referring unit there. */

#include "generator/lookup.h"

#include "base/error.h"
#include "generator/translation.h"
#include "spec/nearest.h"
#include "spec/problem.h"

#include <string.h>

typedef struct Found {
        char *service;
        char *resource;
        char *fault; /* NULL: none */
        bool is_done;
} Found;

struct Lookup {
        const Search *search;
        UnitReader *reader;
        GHashTable *found;           /* name of the source → Found */
        GHashTable *services;        /* name of the source → service */
        GHashTable *owners;          /* extension, "/", resource → service */
        bool is_listed[SOURCE_NONE]; /* whether all of a kind are in owners */
};

static void free_found(void *data) {
        Found *found = data;

        g_free(found->service);
        g_free(found->resource);
        g_free(found->fault);
        g_free(found);
}

Lookup *lookup_new(const Search *search, UnitReader *reader) {
        Lookup *lookup = g_new0(Lookup, 1);

        lookup->search = search;
        lookup->reader = reader;
        lookup->found = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_found);
        lookup->services = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
        lookup->owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        return lookup;
}

void lookup_free(Lookup *lookup) {
        if (!lookup)
                return;
        g_hash_table_unref(lookup->found);
        g_hash_table_unref(lookup->services);
        g_hash_table_unref(lookup->owners);
        g_free(lookup);
}

static char *first_fault(const GPtrArray *problems) {
        for (guint i = 0; i < problems->len; i++) {
                const Problem *problem = problems->pdata[i];

                if (problem->severity == PROBLEM_ERROR)
                        return problem_print_short(problem);
        }
        return NULL;
}

/* Owned by LOOKUP. */
static const Found *understand(Lookup *lookup, const Source *source) {
        Found *found = g_hash_table_lookup(lookup->found, source->name);
        Translation translation;

        if (found) {
                /* It is being read further up. */
                if (!found->is_done && !found->fault)
                        found->fault = g_strdup("its references lead back to itself");
                return found;
        }
        found = g_new0(Found, 1);
        g_hash_table_insert(lookup->found, (char *) source->name, found);

        translation_init(&translation, lookup->search, lookup->reader);
        lookup_connect(lookup, &translation.references);
        if (translation_read(&translation, source)) {
                translation_load(&translation);
                if (!found->fault)
                        found->fault = first_fault(translation.problems);
                if (!found->fault)
                        found->resource = unit_kind_resource(source->kind, translation.spec);
                found->service = g_steal_pointer(&translation.service);
        } else
                found->fault = g_strdup("it is empty");
        found->is_done = true;
        translation_clear(&translation);
        return found;
}

/* The file of NAME, or the template that NAME is an instance of; then RET_INSTANCE is what stands behind the
 * "@", owned by the caller. */
static const Source *find_source(const Search *search, const char *name, char **ret_instance) {
        const Source *source = search_find(search, name);
        const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

        *ret_instance = NULL;
        if (source || !at || !dot || at > dot)
                return source;
        g_autofree char *template = g_strdup_printf("%.*s@%s", (int) (at - name), name, dot);
        source = search_find(search, template);
        if (source)
                *ret_instance = g_strndup(at + 1, (gsize) (dot - at - 1));
        return source;
}

static const char *find_nearest(const Search *search, const char *name) {
        SourceKind kind = source_kind(name);
        const char *best = NULL;
        guint best_distance = G_MAXUINT;

        for (guint i = 0; i < search->sources->len; i++) {
                const Source *source = search_source(search, i);
                guint distance = source->kind == kind ? nearest_distance(name, source->name) : G_MAXUINT;

                if (distance < best_distance) {
                        best_distance = distance;
                        best = source->name;
                }
        }
        g_autofree char *stem = g_strndup(name, strcspn(name, "."));
        return best && nearest_is_plausible(stem, best_distance) ? best : NULL;
}

/* data-volume@.service, "a" → data-volume@a.service. */
static char *instance_service(const char *service, const char *instance) {
        const char *at = strchr(service, '@');

        if (!at || at[1] != '.')
                return g_strdup(service);
        return g_strdup_printf("%.*s%s%s", (int) (at + 1 - service), service, instance, at + 1);
}

static bool find(const char *name, char **ret_resource, char **ret_service, void *data, GError **error) {
        Lookup *lookup = data;
        g_autofree char *instance = NULL;
        const Source *source = find_source(lookup->search, name, &instance);

        if (!source) {
                const char *nearest = find_nearest(lookup->search, name);

                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "%s: there is no such file%s%s%s", name,
                            nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
        }
        const Found *found = understand(lookup, source);
        if (found->fault)
                return fail(error, WOLFFIA_ERROR_VALUE, "%s cannot be used: %s", name, found->fault);
        if (!found->service || !found->resource)
                return fail(error, WOLFFIA_ERROR_VALUE, "%s cannot be used: it stands for nothing", name);

        g_autofree char *service =
                instance ? instance_service(found->service, instance) : g_strdup(found->service);
        const char *at = strchr(source->name, '@'), *dot = strrchr(source->name, '.');
        g_autofree char *own = at && at + 1 < dot ? g_strndup(at + 1, (gsize) (dot - at - 1)) : NULL;
        if (!instance && at && at + 1 == dot)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "%s is a template; write which instance is meant, %.*s%%i%s", name,
                            (int) (at + 1 - source->name), source->name, dot);
        *ret_resource = source_expand(found->resource, service, instance ? instance : own);
        *ret_service = g_steal_pointer(&service);
        return true;
}

/* All resources of a kind; files with a fault stand for none. */
static void list_owners(Lookup *lookup, SourceKind kind, const char *extension) {
        lookup->is_listed[kind] = true;
        for (guint i = 0; i < lookup->search->sources->len; i++) {
                const Source *source = search_source(lookup->search, i);

                if (source->kind != kind)
                        continue;
                const Found *found = understand(lookup, source);
                if (found->is_done && !found->fault && found->resource && !strchr(found->service, '@'))
                        g_hash_table_insert(lookup->owners,
                                            g_strconcat(extension, "/", found->resource, NULL),
                                            g_strdup(found->service));
        }
}

static char *owner(const char *extension, const char *resource, void *data) {
        Lookup *lookup = data;
        g_autofree char *name = g_strconcat("x", extension, NULL);
        g_autofree char *key = g_strconcat(extension, "/", resource, NULL);
        SourceKind kind = source_kind(name);

        if (!lookup->is_listed[kind])
                list_owners(lookup, kind, extension);
        return g_strdup(g_hash_table_lookup(lookup->owners, key));
}

void lookup_connect(Lookup *lookup, References *references) {
        references->find = find;
        references->owner = owner;
        references->data = lookup;
}

char *lookup_service(const char *name, const char **ret_nearest, void *data) {
        Lookup *lookup = data;
        g_autofree char *instance = NULL;
        const Source *source = find_source(lookup->search, name, &instance);

        if (!source) {
                if (ret_nearest)
                        *ret_nearest = find_nearest(lookup->search, name);
                return NULL;
        }
        const char *service = g_hash_table_lookup(lookup->services, source->name);
        if (!service) {
                char *read = translation_service(lookup->search, lookup->reader, source);

                g_hash_table_insert(lookup->services, (char *) source->name, read);
                service = read;
        }
        return instance ? instance_service(service, instance) : g_strdup(service);
}
