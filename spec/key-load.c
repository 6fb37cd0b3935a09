/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading a section. Where Podman drops a line in silence, or takes a slip for "no", this reports an
 * error. */

#include "spec/key-load.h"

#include "base/error.h"
#include "spec/key-guess.h"
#include "spec/key-options.h"
#include "spec/nearest.h"
#include "spec/section-keys.h"
#include "spec/unit-words.h"
#include "spec/value-basic.h"

#include <string.h>

void key_load_report(const KeyLoad *load, ProblemSeverity severity, const char *text) {
        problem_add(load->problems, severity, load->assignment->file, load->assignment->line,
                    load->assignment->key, "%s", text);
}

void key_load_report_key(const KeyLoad *load, ProblemSeverity severity, const char *key, const char *text) {
        const UnitAssignment *last = unit_file_last(load->unit, load->loader->table->section, key);

        problem_add(load->problems, severity, last ? last->file : load->path, last ? last->line : 0,
                    last ? key : NULL, "%s", text);
}

#define REMARK_COMMENT "a comment stands on a line of its own"

static bool has_comment(const char *value) {
        const char *mark = strchr(value, '#');

        return mark && mark > value && strchr(" \t", mark[-1]);
}

static void report_error(KeyLoad *load, const GError *error) {
        g_autofree char *text = has_comment(load->assignment->value)
                                        ? g_strconcat(error->message, "; " REMARK_COMMENT, NULL)
                                        : NULL;

        key_load_report(load, PROBLEM_ERROR, text ? text : error->message);
}

static void report_unknown_key(KeyLoad *load) {
        const char *key = load->assignment->key;
        const char *section = section_keys_section(key);
        g_autofree char *guess = key_guess(load->loader->table, key);
        g_autofree char *text =
                section ? g_strdup_printf("this key belongs into [%s]", section)
                : guess ? g_strdup_printf("there is no such key; did you mean %s?", guess)
                        : g_strdup_printf("there is no such key in [%s]", load->loader->table->section);

        key_load_report(load, PROBLEM_ERROR, text);
}

char *key_load_unquote(const char *value) {
        size_t length = strlen(value);

        if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
                return g_strndup(value + 1, length - 2);
        return g_strdup(value);
}

/* The kernel's MAX_ARG_STRLEN, less the option in front. */
#define LONGEST_WORD (128 * 1024 - 64)

static bool adjust(const KeyLoad *load, const Key *key, char **value, GError **error) {
        for (const KeyAdjustment *row = load->loader->adjustments; row && row->adjust; row++)
                if (row->offset == key->offset)
                        return row->adjust(load, value, error);
        return true;
}

/* Checks and adjusts VALUE; NULL when it is bad. Takes VALUE. */
static char *accept(KeyLoad *load, const Key *key, char *value, GError **error) {
        g_autofree char *taken = value;

        if (strlen(taken) > LONGEST_WORD) {
                (void) fail(error, WOLFFIA_ERROR_VALUE,
                            "the value is longer than the 128 KiB that a program can be given in one piece");
                return NULL;
        }
        /* What systemd expands can be checked only by the runner. */
        bool literal = !strpbrk(taken, "%$");
        if ((literal && key->check && !key->check(taken, error)) || !adjust(load, key, &taken, error))
                return NULL;
        return g_steal_pointer(&taken);
}

/* The same; what is bad is reported. */
static char *accept_or_report(KeyLoad *load, const Key *key, char *value) {
        g_autoptr(GError) error = NULL;
        char *accepted = accept(load, key, value, &error);

        if (!accepted)
                report_error(load, error);
        return accepted;
}

static void take_text(KeyLoad *load, const Key *key) {
        const char *value = load->assignment->value;

        if (!*value && key->class != KEY_SINGLE_EMPTY)
                return;
        g_autofree char *text = key_load_unquote(value);
        if (*text)
                *key_text(key, load->spec) = accept_or_report(load, key, g_steal_pointer(&text));
        else if (key->class == KEY_SINGLE_EMPTY)
                *key_text(key, load->spec) = g_steal_pointer(&text);
}

/* What the line says; nothing where it is empty, or wrong, which is reported. */
static Tristate read_boolean(KeyLoad *load) {
        g_autofree char *text = key_load_unquote(load->assignment->value);
        g_autoptr(GError) error = NULL;
        bool yes;

        if (!*text)
                return TRISTATE_UNSET;
        if (!value_boolean_parse(text, &yes, &error)) {
                report_error(load, error);
                return TRISTATE_UNSET;
        }
        return yes ? TRISTATE_YES : TRISTATE_NO;
}

/* Of equal names the last value wins, at the place of the first. */
void key_load_add_pair(GPtrArray *list, char *pair) {
        size_t length = strcspn(pair, "=");

        for (guint i = 0; i < list->len; i++) {
                const char *other = list->pdata[i];

                if (strncmp(other, pair, length) == 0 && (other[length] == '=' || other[length] == '\0')) {
                        g_free(list->pdata[i]);
                        list->pdata[i] = pair;
                        return;
                }
        }
        g_ptr_array_add(list, pair);
}

/* Takes VALUE. */
static void add_value(const KeyLoad *load, const Key *key, char *value) {
        GPtrArray *list = *key_list(key, load->spec);

        if (key->class == KEY_MAP)
                key_load_add_pair(list, value);
        else
                g_ptr_array_add(list, value);
}

static void take_values(KeyLoad *load, const Key *key, const char *text) {
        g_autofree char **values = key_options_split(key, text);

        for (char **one = values; *one; one++) {
                char *value = accept_or_report(load, key, *one);

                if (value)
                        add_value(load, key, value);
        }
}

static void take_list(KeyLoad *load, const Key *key) {
        g_autoptr(GError) error = NULL;

        if (key->class == KEY_LINES) {
                take_values(load, key, load->assignment->value);
                return;
        }
        g_ptr_array_set_size(load->words, 0);
        if (!(key->class == KEY_SPLIT ? unit_words_split_plain : unit_words_split)(load->assignment->value,
                                                                                   load->words, &error)) {
                report_error(load, error);
                return;
        }
        for (guint i = 0; i < load->words->len; i++) {
                if (g_str_equal(load->words->pdata[i], "#") && has_comment(load->assignment->value))
                        key_load_report(load, PROBLEM_WARNING,
                                        "'#' is a value like others here; " REMARK_COMMENT);
                take_values(load, key, load->words->pdata[i]);
        }
}

static void report_option(const GError *error, void *data) {
        report_error(data, error);
}

static bool take_option_list(KeyLoad *load, const Key *key, const char *text, GError **error) {
        g_auto(GStrv) values = key_options_split(key, text);

        for (char **one = values; *one; one++) {
                char *value = accept(load, key, g_strdup(*one), error);

                if (!value)
                        return fail_prefix(error, "--%s", key->option);
                add_value(load, key, value);
        }
        return true;
}

/* An option of PodmanArgs=, as if its key had been written; behind all keys, so that it has the last word. */
static bool take_option(const Key *key, const char *value, void *data, GError **error) {
        KeyLoad *load = data;
        g_autofree char *accepted = NULL;

        if (key->effect == KEY_IGNORED) {
                if (!key_options_store(key, value, load->spec, error))
                        return false;
                g_autofree char *note = g_strdup_printf("--%s: %s", key->option, key->description);

                key_load_report(load, PROBLEM_NOTE, note);
                return true;
        }
        if (value && key_has_field(key) && key_kind(key) == KEY_KIND_LIST)
                return take_option_list(load, key, value, error);
        if (value && key_has_field(key) && key_kind(key) == KEY_KIND_TEXT) {
                accepted = accept(load, key, g_strdup(value), error);
                if (!accepted)
                        return fail_prefix(error, "--%s", key->option);
        }
        return key_options_store(key, accepted ? accepted : value, load->spec, error);
}

static void take_podman_args(KeyLoad *load) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;

        if (!unit_words_split(load->assignment->value, words, &error)) {
                report_error(load, error);
                return;
        }
        g_ptr_array_add(words, NULL);
        key_options_visit(load->loader->table, (const char *const *) words->pdata, take_option,
                          report_option, load);
}

/* The keys that have no field of their own. */
static void take_special(KeyLoad *load, const Key *key) {
        if (g_str_equal(key->key, "PodmanArgs"))
                take_podman_args(load);
        else if (load->loader->take)
                load->loader->take(load, key);
}

static void take(KeyLoad *load, const Key *key) {
        if (key->effect == KEY_REFUSED)
                key_load_report(load, PROBLEM_ERROR, key->description);
        else if (!key_has_field(key))
                take_special(load, key);
        else if (key_kind(key) == KEY_KIND_TEXT)
                take_text(load, key);
        else if (key_kind(key) == KEY_KIND_TRISTATE)
                *key_tristate(key, load->spec) = read_boolean(load);
        else
                take_list(load, key);
}

/* A remark is made once, for the first key that has it, and none for what is said to be off. */
static void take_ignored(KeyLoad *load, const Key *key) {
        if (key_kind(key) == KEY_KIND_TRISTATE && read_boolean(load) != TRISTATE_YES)
                return;
        for (guint i = 0; i < load->problems->len; i++) {
                const Problem *problem = load->problems->pdata[i];

                if (problem->severity == PROBLEM_NOTE && g_str_equal(problem->text, key->description))
                        return;
        }
        key_load_report(load, PROBLEM_NOTE, key->description);
}

static bool last_line_counts(const Key *key) {
        return key_kind(key) != KEY_KIND_LIST || key->class == KEY_COMMAND;
}

/* Rows of the assignments, and for each row the line from which on it counts: a value that a later line
 * takes back cannot be an error. */
typedef struct Rows {
        const Key **of_line;
        guint starts[G_MAXUINT8]; /* there are fewer rows, KEY_TABLE_MOST_ROWS */
        int passes;               /* over the lines: one, or a second for PodmanArgs= and its like */
} Rows;

/* PodmanArgs= stand behind all other options on Podman's command line, so that they have the last word. */
static bool comes_last(const Key *key) {
        return key && key->effect == KEY_WORKS && key->key && !key_has_field(key);
}

static void find_rows(const KeyTable *table, const UnitFile *unit, guint section, Rows *rows) {
        memset(rows->starts, 0, sizeof rows->starts);
        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);
                const Key *key = NULL;

                if (assignment->section == section && assignment->key)
                        key = key_table_find(table, assignment->key);
                if (key && (!*assignment->value || last_line_counts(key)))
                        rows->starts[key - table->keys] = i;
                if (comes_last(key))
                        rows->passes = 2;
                rows->of_line[i] = key;
        }
}

static void take_line(KeyLoad *load, const Key *key) {
        if (!key)
                report_unknown_key(load);
        else if (key->effect == KEY_IGNORED)
                take_ignored(load, key);
        else
                take(load, key);
}

static void load_section(KeyLoad *load, guint section) {
        const KeyTable *table = load->loader->table;
        const UnitFile *unit = load->unit;
        g_autofree const Key **of_line = g_new(const Key *, unit->assignments->len + 1);
        Rows rows = {.of_line = of_line, .passes = 1};

        find_rows(table, unit, section, &rows);
        for (int pass = 0; pass < rows.passes; pass++)
                for (guint i = 0; i < unit->assignments->len; i++) {
                        const Key *key = of_line[i];

                        load->assignment = unit_file_at(unit, i);
                        if (load->assignment->section != section || !load->assignment->key ||
                            comes_last(key) != (pass == 1))
                                continue;
                        if (!key || (i >= rows.starts[key - table->keys] &&
                                     (*load->assignment->value || key->class == KEY_SINGLE_EMPTY)))
                                take_line(load, key);
                }
}

/* With the section that a slip of the finger has made of it, which is where the eye looks. */
static void tell_no_section(const UnitFile *unit, const char *path, const char *name, GPtrArray *problems) {
        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *line = unit_file_at(unit, i);
                const char *found =
                        line->section < unit->sections->len ? unit->sections->pdata[line->section] : "";

                if (nearest_find(found, &name, 1)) {
                        problem_add(problems, PROBLEM_ERROR, line->file, line->line, NULL,
                                    "there is no [%s] section; is [%s] meant to be it?", name, found);
                        return;
                }
        }
        problem_add(problems, PROBLEM_ERROR, path, 0, NULL, "there is no [%s] section", name);
}

void key_load(const KeyLoader *loader, const UnitFile *unit, const char *path, void *spec,
              References *references, GPtrArray *problems) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        KeyLoad load = {loader, unit, path, spec, references, problems, NULL, words};
        const char *name = loader->table->section;
        guint section = unit_file_find_section(unit, name);

        if (section != UNIT_FILE_NO_SECTION)
                load_section(&load, section);
        else if (!loader->is_optional) {
                tell_no_section(unit, path, name, problems);
                return;
        }
        if (loader->check)
                loader->check(&load);
}
