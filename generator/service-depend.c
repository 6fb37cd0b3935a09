/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Dependencies between source files. */

#include "generator/service-depend.h"

#include "generator/source.h"
#include "spec/problem.h"
#include "spec/text.h"

#include <string.h>

#define BLANKS " \t"

static bool is_dependency(const char *key) {
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

static void append_word(const ServiceInput *input, const UnitAssignment *assignment, const char *word,
                        GString *text, GPtrArray *problems) {
        SourceKind kind = source_kind(word);

        if (kind == SOURCE_NONE) {
                text_append(text, word);
                return;
        }
        g_autofree char *service = input->resolve ? input->resolve(word, input->resolve_data) : NULL;
        if (!service) {
                service = source_service(word, kind);
                problem_add(problems, PROBLEM_WARNING, assignment->file, assignment->line, assignment->key,
                            "there is no file %s; taken as %s", word, service);
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
                if (assignment->key && is_dependency(assignment->key))
                        append_dependency(input, assignment, text, problems);
                else
                        text_append(text, assignment->value);
                g_string_append_c(text, '\n');
        }
}
