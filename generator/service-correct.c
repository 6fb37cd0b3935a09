/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Slips and habits, each with a rule of its own; all of them have been met in published files. */

#include "generator/service-correct.h"

#include "generator/service-depend.h"
#include "generator/service-podman.h"
#include "spec/nearest.h"
#include "spec/problem.h"
#include "spec/section-keys.h"

#include <string.h>

typedef struct Correct {
        UnitFile *unit;
        GPtrArray *problems;
        const UnitAssignment *line; /* the one being looked at */
        const char *section;        /* of it */
        bool is_known;              /* whether the keys of the section are known */
        bool is_unit, is_service;   /* which of them it is */
} Correct;

static void report(const Correct *correct, ProblemSeverity severity, const char *format, ...)
        G_GNUC_PRINTF(3, 4);

static void report(const Correct *correct, ProblemSeverity severity, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        problem_add(correct->problems, severity, correct->line->file, correct->line->line,
                    correct->line->key, "%s", text);
}

/* ---- names ---- */

/* The sections of source files, which none of systemd's are. */
static const char *const sections[] = {"Unit", "Service", "Install", "Container", "Volume",   "Network",
                                       "Pod",  "Image",   "Build",   "Kube",      "Artifact", "Quadlet"};

static void check_section(const Correct *correct) {
        for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
                if (g_str_equal(correct->section, sections[i]))
                        return;
        if (g_str_has_prefix(correct->section, "X-"))
                return;
        const char *nearest = nearest_find(correct->section, sections, G_N_ELEMENTS(sections));
        g_autofree char *guess = nearest ? g_strdup_printf("; did you mean [%s]?", nearest) : NULL;
        problem_add(correct->problems, PROBLEM_WARNING, correct->line->file, correct->line->line, NULL,
                    "a service has no section [%s]%s", correct->section,
                    guess ? guess : ", systemd ignores it");
}

/* `WWantedBy=` would mean a container that does not come up at boot, and nobody knows why. */
static void check_key(const Correct *correct) {
        const char *key = correct->line->key, *section = correct->section;

        if (!correct->is_known || section_keys_knows(section, key))
                return;
        const char *nearest = section_keys_nearest(section, key), *other = section_keys_section(key);
        if (other)
                report(correct, PROBLEM_WARNING, "this key belongs into [%s], and has no effect here",
                       other);
        else if (nearest)
                report(correct, PROBLEM_WARNING, "there is no such key in [%s]; did you mean %s=?", section,
                       nearest);
        else
                report(correct, PROBLEM_WARNING, "there is no such key in [%s], systemd ignores it",
                       section);
}

/* ---- values ---- */

static const char *const restarts[] = {"no",          "always",      "on-success", "on-failure",
                                       "on-abnormal", "on-watchdog", "on-abort"};

/* Words that other programs have for the same: Docker's, and YAML's. */
static const struct {
        const char *word;
        const char *meant;
} restart_words[] = {
        {"unless-stopped", "always"},
        {"yes", "always"},
        {"true", "always"},
        {"on", "always"},
        {"false", "no"},
        {"off", "no"},
        {"never", "no"},
        {"none", "no"},
};

/* What WORD means, NULL when nobody can tell. */
static const char *restart_meant(const char *word) {
        g_autofree char *plain = g_ascii_strdown(word, (gssize) strcspn(word, ":"));

        g_strdelimit(plain, "_ ", '-');
        for (size_t i = 0; i < G_N_ELEMENTS(restart_words); i++)
                if (g_str_equal(plain, restart_words[i].word))
                        return restart_words[i].meant;
        return nearest_find(plain, restarts, G_N_ELEMENTS(restarts));
}

static void correct_restart(const Correct *correct) {
        const char *value = correct->line->value;

        if (!correct->is_service || !g_str_equal(correct->line->key, "Restart") || !*value)
                return;
        for (size_t i = 0; i < G_N_ELEMENTS(restarts); i++)
                if (g_str_equal(value, restarts[i]))
                        return;
        const char *meant = restart_meant(value);
        if (!meant) {
                report(correct, PROBLEM_WARNING,
                       "there is no '%s', so the service is not restarted; no, always, on-failure… are known",
                       value);
                return;
        }
        if (strchr(value, ':'))
                report(correct, PROBLEM_WARNING,
                       "'%s' is Docker's; taken as %s, and StartLimitBurst= in [Unit] counts", value, meant);
        else
                report(correct, PROBLEM_NOTE, "systemd knows no '%s'; taken as %s", value, meant);
        unit_file_replace(correct->unit, correct->line, "Restart", meant);
}

/* "512M" of "512m", "512MB" and "512MiB"; NULL when it is no slip of that kind, as "512 M", which systemd reads. Caller
 * frees. */
static char *size_meant(const char *value) {
        size_t digits = strspn(value, "0123456789.");
        const char *unit = value + digits + strspn(value + digits, " ");

        if (digits == 0 || !*unit || !strchr("kmgtKMGT", *unit))
                return NULL;
        bool is_slip =
                unit[1] ? g_ascii_strcasecmp(unit + 1, "b") == 0 || g_ascii_strcasecmp(unit + 1, "ib") == 0
                        : g_ascii_islower(*unit);
        return is_slip ? g_strdup_printf("%.*s%c", (int) digits, value, g_ascii_toupper(*unit)) : NULL;
}

/* systemd knows sizes with capital letters only, and percentages of processors: what it does not know it ignores, and
 * the limit is not there. */
static void correct_limit(const Correct *correct) {
        const char *key = correct->line->key, *value = correct->line->value;

        if (!correct->is_service)
                return;
        if (strstr(key, "Memory") && !g_str_has_prefix(key, "Managed")) {
                g_autofree char *meant = size_meant(value);

                if (!meant)
                        return;
                report(correct, PROBLEM_NOTE, "systemd knows no '%s'; taken as %s", value, meant);
                unit_file_replace(correct->unit, correct->line, key, meant);
        } else if (g_str_equal(key, "CPUQuota") && *value && value[strspn(value, "0123456789.")] == '\0') {
                report(correct, PROBLEM_WARNING,
                       "'%s' is not a percentage, which systemd wants, ignoring; 100%% is one processor",
                       value);
                unit_file_take_out(correct->unit, correct->line);
        }
}

/* %D, the data home, is of systemd 256; before, a line that has it is not read at all, or the unit is not. */
static void expand_data_home(const Correct *correct) {
        const char *value = correct->line->value;

        if (!strchr(value, '%') || !strstr(value, "%D"))
                return;
        const char *home = g_getenv("XDG_DATA_HOME");
        bool is_plain = home && *home == '/' && !strpbrk(home, "% \t\"'\\$");
        g_autoptr(GString) expanded = g_string_new(NULL);
        for (const char *p = value; *p; p++) {
                if (p[0] == '%' && p[1] == 'D') {
                        g_string_append(expanded, is_plain ? home : "%h/.local/share");
                        p++;
                } else {
                        g_string_append_c(expanded, *p);
                        if (p[0] == '%' && p[1])
                                g_string_append_c(expanded, *++p);
                }
        }
        unit_file_replace(correct->unit, correct->line, correct->line->key, expanded->str);
}

static void enter_section(Correct *correct, const char *section) {
        correct->section = section;
        correct->is_known = section_keys_has(section);
        correct->is_unit = g_str_equal(section, "Unit");
        correct->is_service = g_str_equal(section, "Service");
        if (!correct->is_known)
                check_section(correct);
}

void service_correct(UnitFile *unit, GPtrArray *problems) {
        Correct correct = {.unit = unit, .problems = problems};
        guint last_section = UNIT_FILE_NO_SECTION;

        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *line = unit_file_at(unit, i);

                if (!line->key || line->section == UNIT_FILE_NO_SECTION)
                        continue;
                correct.line = line;
                if (line->section != last_section)
                        enter_section(&correct, unit->sections->pdata[line->section]);
                last_section = line->section;
                check_key(&correct);
                correct_restart(&correct);
                correct_limit(&correct);
                expand_data_home(&correct);
                if (correct.is_unit && service_depend_is_key(line->key))
                        service_podman_depend(unit, line, problems);
                else if (correct.is_service && g_str_has_prefix(line->key, "Exec"))
                        service_podman_check_command(line, problems);
        }
}
