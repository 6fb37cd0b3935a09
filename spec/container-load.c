/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading [Container]. Where Podman drops a line in silence, or takes a slip for "no", this reports an
 * error. */

#include "spec/container-load.h"

#include "base/error.h"
#include "base/path.h"
#include "spec/container-adjust.h"
#include "spec/container-keys.h"
#include "spec/container-options.h"
#include "spec/problem.h"
#include "spec/unit-words.h"
#include "spec/value-basic.h"

#include <string.h>

#define SECTION "Container"

typedef struct Load {
        const UnitFile *unit;
        const char *path;
        ContainerSpec *spec;
        GPtrArray *problems;
        const UnitAssignment *assignment; /* the one being read */
} Load;

static void report(Load *load, ProblemSeverity severity, const char *text) {
        problem_add(load->problems, severity, load->assignment->file, load->assignment->line,
                    load->assignment->key, "%s", text);
}

static void report_error(Load *load, const GError *error) {
        report(load, PROBLEM_ERROR, error->message);
}

/* Keys that people put into the wrong section. */
static const char *section_of_key(const char *key) {
        static const char *const unit_keys[] = {"After",     "Before",      "BindsTo",
                                                "Conflicts", "Description", "Documentation",
                                                "PartOf",    "Requires",    "Wants"};
        static const char *const service_keys[] = {
                "CPUQuota",     "ExecReload",      "ExecStartPost",   "ExecStartPre", "ExecStop",
                "ExecStopPost", "MemoryMax",       "RemainAfterExit", "Restart",      "RestartSec",
                "TasksMax",     "TimeoutStartSec", "TimeoutStopSec",  "Type"};
        static const char *const install_keys[] = {"Alias", "RequiredBy", "WantedBy"};

        for (size_t i = 0; i < G_N_ELEMENTS(unit_keys); i++)
                if (g_str_equal(key, unit_keys[i]))
                        return "Unit";
        for (size_t i = 0; i < G_N_ELEMENTS(service_keys); i++)
                if (g_str_equal(key, service_keys[i]))
                        return "Service";
        for (size_t i = 0; i < G_N_ELEMENTS(install_keys); i++)
                if (g_str_equal(key, install_keys[i]))
                        return "Install";
        return NULL;
}

static void report_unknown_key(Load *load) {
        const char *key = load->assignment->key;
        const char *section = section_of_key(key), *nearest = container_key_nearest(key);
        g_autofree char *text = section ? g_strdup_printf("this key belongs into [%s]", section)
                                : nearest
                                        ? g_strdup_printf("there is no such key; did you mean %s=?", nearest)
                                        : g_strdup("there is no such key in [" SECTION "]");

        report(load, PROBLEM_ERROR, text);
}

char *container_load_unquote(const char *value) {
        size_t length = strlen(value);

        if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
                return g_strndup(value + 1, length - 2);
        return g_strdup(value);
}

/* The kernel's MAX_ARG_STRLEN, less the option in front. */
#define LONGEST_WORD (128 * 1024 - 64)

/* Checks and adjusts VALUE; NULL when it is bad, which is reported. Takes VALUE. */
static char *accept(Load *load, const ContainerKey *key, char *value) {
        g_autoptr(GError) error = NULL;

        if (strlen(value) > LONGEST_WORD) {
                report(load, PROBLEM_ERROR,
                       "the value is longer than the 128 KiB that a program can be given in one piece");
                g_free(value);
                return NULL;
        }
        /* What systemd expands can be checked only by the runner. */
        bool literal = !strpbrk(value, "%$");
        if ((literal && key->check && !key->check(value, &error)) ||
            !container_adjust(key, load->path, &value, &error)) {
                report_error(load, error);
                g_free(value);
                return NULL;
        }
        return value;
}

static void take_text(Load *load, const ContainerKey *key) {
        const char *value = load->assignment->value;

        if (!*value && key->class != KEY_SINGLE_EMPTY)
                return;
        g_autofree char *text = container_load_unquote(value);
        if (*text)
                *container_key_text(key, load->spec) = accept(load, key, g_steal_pointer(&text));
        else if (key->class == KEY_SINGLE_EMPTY)
                *container_key_text(key, load->spec) = g_steal_pointer(&text);
}

static void take_boolean(Load *load, const ContainerKey *key) {
        g_autofree char *text = container_load_unquote(load->assignment->value);
        g_autoptr(GError) error = NULL;
        bool yes;

        if (!*text)
                return;
        if (!value_boolean_parse(text, &yes, &error))
                report_error(load, error);
        else
                *container_key_tristate(key, load->spec) = yes ? TRISTATE_YES : TRISTATE_NO;
}

/* Of equal names the last value wins, at the place of the first. */
static void add_to_map(GPtrArray *list, char *pair) {
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

static void take_list(Load *load, const ContainerKey *key) {
        GPtrArray *list = *container_key_list(key, load->spec);
        g_autoptr(GPtrArray) words = NULL;
        g_autoptr(GError) error = NULL;
        char *value;

        if (key->class == KEY_LINES) {
                if ((value = accept(load, key, g_strdup(load->assignment->value))))
                        g_ptr_array_add(list, value);
                return;
        }
        words = g_ptr_array_new_with_free_func(g_free);
        if (!(key->class == KEY_SPLIT ? unit_words_split_plain : unit_words_split)(load->assignment->value,
                                                                                   words, &error)) {
                report_error(load, error);
                return;
        }
        for (guint i = 0; i < words->len; i++) {
                value = accept(load, key, g_steal_pointer(&words->pdata[i]));
                if (!value)
                        continue;
                if (key->class == KEY_MAP)
                        add_to_map(list, value);
                else
                        g_ptr_array_add(list, value);
        }
}

static void take_podman_args(Load *load) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;

        if (unit_words_split(load->assignment->value, words, &error)) {
                g_ptr_array_add(words, NULL);
                if (container_options_merge((const char *const *) words->pdata, load->spec, &error))
                        return;
        }
        report_error(load, error);
}

/* The keys that have no field of their own. */
static void take_special(Load *load, const ContainerKey *key) {
        const char *value = load->assignment->value;

        if (g_str_equal(key->key, "PodmanArgs"))
                take_podman_args(load);
        else if (g_str_equal(key->key, "AutoUpdate"))
                add_to_map(load->spec->labels, g_strdup_printf("io.containers.autoupdate=%s", value));
        else if (g_str_equal(key->key, "VolatileTmp")) {
                bool yes = false;

                if (value_boolean_parse(value, &yes, NULL) && yes && load->spec->read_only != TRISTATE_YES)
                        g_ptr_array_add(load->spec->tmpfs, g_strdup("/tmp:rw,size=512M,mode=1777"));
        }
}

static void take(Load *load, const ContainerKey *key) {
        if (key->effect == KEY_REFUSED)
                report(load, PROBLEM_ERROR, key->description);
        else if (!container_key_has_field(key))
                take_special(load, key);
        else if (container_key_kind(key) == KEY_KIND_TEXT)
                take_text(load, key);
        else if (container_key_kind(key) == KEY_KIND_TRISTATE)
                take_boolean(load, key);
        else
                take_list(load, key);
}

/* A remark is made once, for the first key that has it. */
static void take_ignored(Load *load, const ContainerKey *key) {
        for (guint i = 0; i < load->problems->len; i++) {
                const Problem *problem = load->problems->pdata[i];

                if (problem->severity == PROBLEM_NOTE && g_str_equal(problem->text, key->description))
                        return;
        }
        report(load, PROBLEM_NOTE, key->description);
}

static bool last_line_counts(const ContainerKey *key) {
        return container_key_kind(key) != KEY_KIND_LIST || key->class == KEY_COMMAND;
}

/* Rows of the assignments, and for each row the line from which on it counts: a value that a later line
 * takes back cannot be an error. */
typedef struct Rows {
        const ContainerKey **of_line;
        guint starts[G_MAXUINT8]; /* container-keys.c asserts that there are fewer rows */
} Rows;

static void find_rows(const UnitFile *unit, guint section, Rows *rows) {
        memset(rows->starts, 0, sizeof rows->starts);
        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);
                const ContainerKey *key = NULL;

                if (assignment->section == section && assignment->key)
                        key = container_key_find(assignment->key);
                if (key && (!*assignment->value || last_line_counts(key)))
                        rows->starts[key - container_keys] = i;
                rows->of_line[i] = key;
        }
}

/* PodmanArgs= stand behind all other options on Podman's command line, so that they have the last word. */
static bool comes_last(const ContainerKey *key) {
        return key && key->effect == KEY_WORKS && key->key && !container_key_has_field(key);
}

static void take_line(Load *load, const ContainerKey *key) {
        if (!key)
                report_unknown_key(load);
        else if (key->effect == KEY_IGNORED)
                take_ignored(load, key);
        else
                take(load, key);
}

static void load_section(Load *load, guint section) {
        const UnitFile *unit = load->unit;
        g_autofree const ContainerKey **of_line = g_new(const ContainerKey *, unit->assignments->len + 1);
        Rows rows = {.of_line = of_line};

        find_rows(unit, section, &rows);
        for (int pass = 0; pass < 2; pass++)
                for (guint i = 0; i < unit->assignments->len; i++) {
                        const ContainerKey *key = of_line[i];

                        load->assignment = unit_file_at(unit, i);
                        if (load->assignment->section != section || !load->assignment->key ||
                            comes_last(key) != (pass == 1))
                                continue;
                        if (!key || (i >= rows.starts[key - container_keys] &&
                                     (*load->assignment->value || key->class == KEY_SINGLE_EMPTY)))
                                take_line(load, key);
                }
}

void container_load(const UnitFile *unit, const char *path, ContainerSpec *spec, GPtrArray *problems) {
        Load load = {.unit = unit, .path = path, .spec = spec, .problems = problems};
        guint section = unit_file_find_section(unit, SECTION);

        if (section == UNIT_FILE_NO_SECTION) {
                problem_add(problems, PROBLEM_ERROR, path, 0, NULL, "there is no [" SECTION "] section");
                return;
        }
        load_section(&load, section);
        container_check(unit, path, spec, problems);
}
