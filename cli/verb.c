/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options by GLib, messages by hand: standard output is for results, standard error for people. */

#include "cli/verb.h"

#include "base/printable.h"
#include "cli/habit.h"
#include "cli/letters.h"
#include "spec/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_options(const GOptionEntry *entries) {
        for (; entries && entries->long_name; entries++)
                if (!(entries->flags & G_OPTION_FLAG_HIDDEN))
                        printf("--%s%s\t%s\n", entries->long_name,
                               entries->arg == G_OPTION_ARG_NONE ? "" : "=", entries->description);
        puts("--help\tTell about this verb");
}

/* What only generated units say is nobody's to type, and a verb has told of its own already. */
static bool is_for_people(const Key *key) {
        static const char *const of_others[] = {"broken", "interactive", "limits", "standard-input",
                                                "tty",    "unit",        NULL};

        return key->option && (key->effect == KEY_WORKS || key->effect == KEY_UNIT) &&
               !g_strv_contains(of_others, key->option);
}

/* "security-opt=label=type:" has its sign already. */
static const char *sign_of(const Key *key) {
        return g_str_has_suffix(key->option, ":") ? "" : "=";
}

void verb_print_keys(const KeyTable *table) {
        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];
                if (!is_for_people(key))
                        continue;
                bool takes_value = key_kind(key) != KEY_KIND_TRISTATE;
                printf("--%s%s\t%s\n", key->option, takes_value ? sign_of(key) : "", key->description);
        }
}

char *verb_describe_keys(const char *description, const KeyTable *table) {
        GString *text = g_string_new(description);

        g_string_append(text, "\n\nOptions besides:\n");
        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];
                if (!is_for_people(key))
                        continue;
                g_autofree char *option = g_strconcat(
                        "--", key->option, key->metavariable ? sign_of(key) : "", key->metavariable, NULL);
                g_string_append_printf(text, "  %-32s %s\n", option, key->description);
        }
        return g_string_free(text, FALSE);
}

bool verb_parse(const Verb *verb, const GOptionEntry *entries, const char *description, bool stop_early,
                int argc, char **argv, char ***ret_arguments, int *ret_status) {
        *ret_status = VERB_SUCCESS;
        if (argc == 2 && g_str_equal(argv[1], VERB_PRINT_OPTIONS)) {
                print_options(entries);
                return false;
        }

        g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
        g_autoptr(GError) error = NULL;
        g_autofree char *program = g_strconcat("wolffia ", verb->name, NULL);

        /* Through prgname GLib's usage line reads "wolffia import …". */
        g_set_prgname(program);
        g_option_context_set_summary(context, verb->summary);
        if (description)
                g_option_context_set_description(context, description);
        if (entries)
                g_option_context_add_main_entries(context, entries, NULL);
        g_option_context_set_strict_posix(context, stop_early);

        g_auto(GStrv) words = letters_split(entries, stop_early, argc, argv);
        if (!g_option_context_parse_strv(context, &words, &error)) {
                *ret_status = verb_misuse(verb, "%s", error->message);
                return false;
        }

        /* GLib leaves "--" where it stood. */
        guint skip = words[0] && g_strcmp0(words[1], "--") == 0 ? 2 : 1;
        *ret_arguments = g_strdupv(words + MIN(skip, g_strv_length(words)));
        return true;
}

static void say(const char *text, const char *colour) {
        bool coloured = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
        g_autofree char *shown = printable(text, true);

        fflush(stdout);
        fprintf(stderr, "%swolffia:%s %s\n", coloured ? colour : "", coloured ? "\033[0m" : "", shown);
}

int verb_fail(const GError *error) {
        say(error->message, "\033[1;31m");
        return VERB_FAILURE;
}

int verb_misuse(const Verb *verb, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);

        g_autofree char *full =
                g_strdup_printf("%s: %s; 'wolffia %s --help' tells more", verb->name, text, verb->name);
        say(full, "\033[1;31m");
        return VERB_USAGE;
}

void verb_warn(const char *text) {
        say(text, "\033[1;33m");
}

void verb_warn_all(const GPtrArray *texts) {
        for (guint i = 0; i < texts->len; i++)
                verb_warn(texts->pdata[i]);
}

/* ---- tables ---- */

static const char *last_word(const char *name) {
        const char *blank = strrchr(name, ' ');

        return blank ? blank + 1 : name;
}

const Verb *verb_find(const Verb *table, const char *name) {
        static const char *const aliases[][2] = {{"ls", "list"}, {"rm", "remove"}};

        for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
                if (g_str_equal(name, aliases[i][0]))
                        name = aliases[i][1];
        for (; table->name; table++)
                if (g_str_equal(last_word(table->name), name))
                        return table;
        return NULL;
}

void verb_print_table(const Verb *table, FILE *file) {
        int width = 0;

        for (const Verb *verb = table; verb->name; verb++)
                width = MAX(width, (int) strlen(last_word(verb->name)));
        for (const Verb *verb = table; verb->name; verb++)
                if (!verb->is_internal)
                        fprintf(file, "  %-*s  %s\n", width, last_word(verb->name), verb->summary);
}

/* Both words of a verb below another one: "network create". Caller frees. */
static char *full_name(const Verb *table, const char *name) {
        const char *blank = table->name ? strrchr(table->name, ' ') : NULL;

        return g_strdup_printf("%.*s%s", blank ? (int) (blank + 1 - table->name) : 0, table->name, name);
}

int verb_fail_unknown(const Verb *table, const char *name) {
        g_autofree char *full =
                full_name(table, g_str_equal(name, "rm") && strchr(table->name, ' ') ? "remove" : name);
        const char *answer = habit_answer(full);
        const char *nearest = NULL;
        guint best = G_MAXUINT;

        if (*name == '-') {
                fprintf(stderr,
                        "wolffia: '%s' is no verb; options stand behind one, and 'wolffia --help' lists them\n",
                        name);
                return VERB_USAGE;
        }
        if (answer) {
                fprintf(stderr, "wolffia: there is no verb '%s': %s\n", name, answer);
                return VERB_USAGE;
        }
        for (const Verb *verb = table; verb->name; verb++) {
                guint distance =
                        verb->is_internal ? G_MAXUINT : nearest_distance(name, last_word(verb->name));
                if (distance < best) {
                        best = distance;
                        nearest = last_word(verb->name);
                }
        }
        if (nearest && nearest_is_plausible(name, best))
                fprintf(stderr, "wolffia: there is no verb '%s'; did you mean '%s'?\n", name, nearest);
        else
                fprintf(stderr, "wolffia: there is no verb '%s'; 'wolffia --help' lists them\n", name);
        return VERB_USAGE;
}

static void print_children(const Verb *verb, FILE *file) {
        fprintf(file, "Usage:\n  wolffia %s VERB [OPTION…] [ARGUMENT…]\n\n%s\n\nVerbs:\n", verb->name,
                verb->summary);
        verb_print_table(verb->children, file);
        fprintf(file, "\n'wolffia %s VERB --help' describes a verb.\n", verb->name);
}

int verb_dispatch(const Verb *verb, int argc, char **argv) {
        if (argc < 2) {
                print_children(verb, stderr);
                return VERB_USAGE;
        }
        if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h")) {
                print_children(verb, stdout);
                return VERB_SUCCESS;
        }
        if (g_str_equal(argv[1], VERB_PRINT_OPTIONS)) {
                print_options(NULL);
                return VERB_SUCCESS;
        }
        const Verb *child = verb_find(verb->children, argv[1]);
        return child ? child->run(child, argc - 1, argv + 1) : verb_fail_unknown(verb->children, argv[1]);
}
