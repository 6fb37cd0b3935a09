/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Planning the links of a unit. */

#include "generator/install.h"

#include "generator/source.h"
#include "spec/problem.h"
#include "spec/unit-words.h"

#include <string.h>

#define SECTION "Install"

typedef struct Install {
        const ServiceInput *input;
        const UnitFile *unit;
        const char *service;  /* the unit's file */
        const char *linked;   /* the name under which it is wanted: with the instance, for a template */
        const char *instance; /* of that; NULL: none */
        GArray *links;
        GPtrArray *problems;
} Install;

static void clear_link(void *data) {
        InstallLink *link = data;

        g_free(link->folder);
        g_free(link->name);
        g_free(link->target);
}

GArray *install_links_new(void) {
        GArray *links = g_array_new(FALSE, FALSE, sizeof(InstallLink));

        g_array_set_clear_func(links, clear_link);
        return links;
}

static void warn(Install *install, const UnitAssignment *assignment, const char *text, const char *word) {
        problem_add(install->problems, PROBLEM_WARNING, assignment->file, assignment->line, assignment->key,
                    "'%s' %s", word, text);
}

static bool has_link(const GArray *links, const char *folder, const char *name) {
        for (guint i = 0; i < links->len; i++) {
                const InstallLink *link = &g_array_index(links, InstallLink, i);

                if (g_strcmp0(link->folder, folder) == 0 && strcmp(link->name, name) == 0)
                        return true;
        }
        return false;
}

/* The targets of the system manager that people write by habit; a user manager has none of them, and nothing would ever
 * start. */
static const char *target_of_users(const char *word) {
        static const char *const of_system[] = {
                "graphical.target",      "local-fs.target",  "machines.target",  "multi-user.target",
                "network-online.target", "network.target",   "remote-fs.target", "runlevel2.target",
                "runlevel3.target",      "runlevel4.target", "runlevel5.target", "sysinit.target",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(of_system); i++)
                if (word[0] == of_system[i][0] && strcmp(word, of_system[i]) == 0)
                        return "default.target";
        return word;
}

/* Then nothing is lost with another target. */
static bool names_default(const UnitFile *unit) {
        guint section = unit_file_find_section(unit, SECTION);

        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);

                if (assignment->section == section && assignment->key &&
                    strstr(assignment->value, "default.target"))
                        return true;
        }
        return false;
}

/* The unit that WORD means, which may name a source file; NULL when it is not there, which is told. Caller frees. */
static char *find_target(Install *install, const UnitAssignment *assignment, const char *word) {
        const char *nearest = NULL;

        if (source_kind(word) == SOURCE_NONE || !install->input->resolve)
                return g_strdup(target_of_users(word));
        char *service = install->input->resolve(word, &nearest, install->input->resolve_data);
        if (service)
                return service;
        g_autofree char *text =
                nearest ? g_strdup_printf("is not there, ignoring; did you mean %s?", nearest) : NULL;
        warn(install, assignment, text ? text : "is not there, ignoring", word);
        return NULL;
}

static void plan_want(Install *install, const UnitAssignment *assignment, const char *word,
                      const char *suffix) {
        g_autofree char *target = find_target(install, assignment, word);
        if (!target)
                return;
        g_autofree char *folder = g_strconcat(target, ".", suffix, NULL);

        if (!source_is_unit_name(target)) {
                warn(install, assignment, "is not the name of a unit, ignoring", word);
                return;
        }
        if (has_link(install->links, folder, install->linked))
                return;
        if (source_kind(word) == SOURCE_NONE && !g_str_equal(target, word) && !names_default(install->unit))
                warn(install, assignment, "does not exist among a user's units; taken as default.target",
                     word);
        InstallLink link = {g_steal_pointer(&folder), g_strdup(install->linked),
                            g_strconcat("../", install->service, NULL)};
        g_array_append_val(install->links, link);
}

/* What is between the "@" and ".service"; "" for a template, NULL when there is no "@". Caller frees. */
static char *instance_part(const char *service) {
        const char *at = strchr(service, '@');

        return at ? g_strndup(at + 1, strlen(at + 1) - strlen(".service")) : NULL;
}

/* systemd.unit(5): an alias leads to the same instance as its target, or to all of a template; links with other names are
 * passed over when units are loaded. A template's name stands for that of the instance. NULL: it is none, which is told.
 * Caller frees. */
static char *alias_name(Install *install, const UnitAssignment *assignment, const char *word) {
        g_autofree char *own = instance_part(install->service), *other = instance_part(word);
        g_autofree char *stem = g_strndup(word, strcspn(word, "@") - (other ? 0 : strlen(".service")));
        g_autofree char *text = NULL;

        if (!own && other)
                text = g_strdup_printf(
                        "is for templates and instances, and %s is none, ignoring; write %s.service",
                        install->service, stem);
        else if (own && !*own && !other)
                text = g_strdup_printf(
                        "cannot lead to a template, ignoring; write %s@.service for all its instances, or "
                        "%s@NAME.service for one",
                        stem, stem);
        else if (own && *own && (!other || (*other && !g_str_equal(own, other))))
                text = g_strdup_printf("cannot lead to the instance '%s', ignoring; write %s@%s.service",
                                       own, stem, own);
        else
                return own && *own ? g_strdup_printf("%s@%s.service", stem, own) : g_strdup(word);
        warn(install, assignment, text, word);
        return NULL;
}

static void plan_alias(Install *install, const UnitAssignment *assignment, const char *word,
                       const char *suffix) {
        if (!source_is_unit_name(word) || !g_str_has_suffix(word, ".service")) {
                warn(install, assignment, "is not the name of a service, ignoring", word);
                return;
        }
        g_autofree char *name = alias_name(install, assignment, word);
        if (!name || g_str_equal(name, install->service) || has_link(install->links, NULL, name))
                return;
        InstallLink link = {NULL, g_steal_pointer(&name), g_strdup(install->service)};
        g_array_append_val(install->links, link);
}

static void plan_also(Install *install, const UnitAssignment *assignment, const char *word,
                      const char *suffix) {
        warn(install, assignment,
             "is not enabled with it: generated units cannot be; its own [Install] counts", word);
}

static void plan_nothing(Install *install, const UnitAssignment *assignment, const char *word,
                         const char *suffix) {
        g_autofree char *text = g_strdup_printf(
                "starts no instance of a template without DefaultInstance=; write that, or make a link like "
                "%.*sNAME.container to this file for each instance",
                (int) (strcspn(install->service, "@") + 1), install->service);

        if (install->input->source_kind == SOURCE_CONTAINER)
                warn(install, assignment, text, word);
}

typedef void (*Plan)(Install *install, const UnitAssignment *assignment, const char *word,
                     const char *suffix);

static void plan_key(Install *install, const char *key, Plan plan, const char *suffix) {
        if (!unit_file_value(install->unit, SECTION, key))
                return;

        g_autoptr(GPtrArray) lines = unit_file_all(install->unit, SECTION, key);

        for (guint i = 0; i < lines->len; i++) {
                const UnitAssignment *assignment = lines->pdata[i];
                g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(GError) error = NULL;

                if (!unit_words_split_plain(assignment->value, words, &error))
                        warn(install, assignment, error->message, assignment->value);
                for (guint j = 0; j < words->len; j++) {
                        g_autofree char *word = source_expand(
                                words->pdata[j], install->linked ? install->linked : install->service,
                                install->instance);

                        plan(install, assignment, word, suffix);
                }
        }
}

/* web@.service and "a" → web@a.service; NULL for a template without instance. */
static char *linked_name(const UnitFile *unit, const char *service) {
        const char *at = strchr(service, '@'), *instance = unit_file_value(unit, SECTION, "DefaultInstance");

        if (!at || at[1] != '.')
                return g_strdup(service);
        return instance ? g_strdup_printf("%.*s%s%s", (int) (at + 1 - service), service, instance, at + 1)
                        : NULL;
}

void install_plan(const ServiceInput *input, GArray *links, GPtrArray *problems) {
        const UnitFile *unit = input->unit;

        if (unit_file_find_section(unit, SECTION) == UNIT_FILE_NO_SECTION)
                return;

        g_autofree char *linked = linked_name(unit, input->service),
                        *instance = linked ? instance_part(linked) : NULL;
        Install install = {input, unit, input->service, linked, instance, links, problems};

        plan_key(&install, "WantedBy", linked ? plan_want : plan_nothing, "wants");
        plan_key(&install, "RequiredBy", linked ? plan_want : plan_nothing, "requires");
        plan_key(&install, "UpheldBy", linked ? plan_want : plan_nothing, "upholds");
        plan_key(&install, "Alias", plan_alias, NULL);
        plan_key(&install, "Also", plan_also, NULL);
}
