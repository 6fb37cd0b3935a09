/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Dependencies between source files. */

#include "generator/service-depend.h"

#include "generator/source.h"
#include "spec/problem.h"
#include "spec/text.h"
#include "spec/unit-words.h"

#include <string.h>

#define BLANKS " \t"

bool service_depend_is_key(const char *key) {
        static const char *const keys[] = {
                "After",
                "Before",
                "BindsTo",
                "Conflicts",
                "OnFailure",
                "OnSuccess",
                "PartOf",
                "PropagatesReloadTo",
                "PropagatesStopTo",
                "ReloadPropagatedFrom",
                "Requires",
                "Requisite",
                "StopPropagatedFrom",
                "Upholds",
                "Wants",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
                if (keys[i][0] == key[0] && strcmp(keys[i], key) == 0)
                        return true;
        return false;
}

/* Keys without which a unit does not start: a name that leads nowhere there is a fault. */
static bool is_requirement(const char *key) {
        return g_str_equal(key, "Requires") || g_str_equal(key, "BindsTo") || g_str_equal(key, "Requisite");
}

/* "data-volume.service" for data.volume, which ServiceName= may have called otherwise. NULL: leave it. */
static char *resolve_service(const ServiceInput *input, const char *word) {
        static const char *const extensions[] = {"volume", "network", "pod", "image", "build"};

        if (!strchr(word, '-') || !g_str_has_suffix(word, ".service"))
                return NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++) {
                g_autofree char *suffix = g_strconcat("-", extensions[i], ".service", NULL);

                if (!g_str_has_suffix(word, suffix) || !input->resolve)
                        continue;
                g_autofree char *source = g_strdup_printf("%.*s.%s", (int) (strlen(word) - strlen(suffix)),
                                                          word, extensions[i]);
                return input->resolve(source, NULL, input->resolve_data);
        }
        return NULL;
}

static void report_missing(const UnitAssignment *assignment, const char *word, const char *service,
                           const char *nearest, GPtrArray *problems) {
        bool required = is_requirement(assignment->key);
        g_autofree char *consequence = required ? g_strdup("") : g_strdup_printf("; taken as %s", service);

        problem_add(problems, required ? PROBLEM_ERROR : PROBLEM_WARNING, assignment->file, assignment->line,
                    assignment->key, "there is no file %s%s%s%s%s", word, nearest ? ", did you mean " : "",
                    nearest ? nearest : "", nearest ? "?" : "", consequence);
}

static void append_word(const ServiceInput *input, const UnitAssignment *assignment, const char *word,
                        GString *text, GPtrArray *problems) {
        SourceKind kind = source_kind(word);
        const char *nearest = NULL;

        if (kind == SOURCE_NONE) {
                g_autofree char *renamed = resolve_service(input, word);

                text_append(text, renamed ? renamed : word);
                return;
        }
        g_autofree char *service =
                input->resolve ? input->resolve(word, &nearest, input->resolve_data) : NULL;
        if (!service) {
                service = source_service(word, kind);
                report_missing(assignment, word, service, nearest, problems);
        }
        text_append(text, service);
}

static void append_dependency(const ServiceInput *input, const UnitAssignment *assignment, GString *text,
                              GPtrArray *problems) {
        const char *p = assignment->value;

        while (*p) {
                size_t blanks = strspn(p, BLANKS), length = strcspn(p + blanks, BLANKS);
                g_autofree char *word = g_strndup(p + blanks, length);

                text_append_len(text, p, blanks);
                append_word(input, assignment, word, text, problems);
                p += blanks + length;
        }
}

void service_depend_print(const ServiceInput *input, guint section, GString *text, GPtrArray *problems) {
        for (guint i = 0; i < input->unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(input->unit, i);

                if (assignment->section != section)
                        continue;
                if (assignment->key) {
                        text_append(text, assignment->key);
                        g_string_append_c(text, '=');
                }
                if (assignment->key && service_depend_is_key(assignment->key))
                        append_dependency(input, assignment, text, problems);
                else
                        text_append(text, assignment->value);
                g_string_append_c(text, '\n');
        }
}

static void append_list(GString *text, const char *key, const GPtrArray *first, const GPtrArray *second) {
        const GPtrArray *lists[] = {first, second};
        bool begun = false;

        for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
                for (guint j = 0; lists[i] && j < lists[i]->len; j++) {
                        if (!begun)
                                text_append(text, key);
                        g_string_append_c(text, begun ? ' ' : '=');
                        unit_words_quote(text, lists[i]->pdata[j], UNIT_WORDS_EXPAND);
                        begun = true;
                }
        if (begun)
                g_string_append_c(text, '\n');
}

void service_depend_print_references(const ServiceInput *input, GString *text) {
        const References *references = input->references;

        if (references) {
                append_list(text, "Requires", references->required, NULL);
                append_list(text, "BindsTo", references->bound, NULL);
                append_list(text, "After", references->required, references->bound);
                append_list(text, "RequiresMountsFor", references->paths, NULL);
        }
        append_list(text, "Wants", input->members, NULL);
        append_list(text, "Before", input->members, NULL);
}
