/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Nearly a third of the published sets mount podman's socket, and name its unit. */

#include "generator/service-podman.h"

#include "spec/problem.h"

#include <stdbool.h>
#include <string.h>

#define BLANKS " \t"

/* Whether [Container] brings podman's socket in, %t/podman/podman.sock. */
static bool is_mounted(const UnitFile *unit) {
        static const char *const keys[] = {"Volume", "Mount"};

        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
                g_autoptr(GPtrArray) lines = unit_file_all(unit, "Container", keys[i]);

                for (guint j = 0; j < lines->len; j++)
                        if (strstr(((const UnitAssignment *) lines->pdata[j])->value, "podman.sock"))
                                return true;
        }
        return false;
}

/* The units that podman brings; podman-exporter.service is somebody's own. */
static bool is_podmans(const char *word) {
        static const char *const units[] = {
                "podman.socket",
                "podman.service",
                "podman-auto-update.service",
                "podman-auto-update.timer",
                "podman-clean-transient.service",
                "podman-restart.service",
                "podman-user-wait-network-online.service",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
                if (g_str_equal(word, units[i]))
                        return true;
        return g_str_has_prefix(word, "podman-kube@");
}

/* Keys by which the failure of another unit is one's own. */
static bool is_strict(const char *key) {
        static const char *const keys[] = {"Requires", "Requisite", "BindsTo"};

        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
                if (g_str_equal(key, keys[i]))
                        return true;
        return false;
}

void service_podman_depend(UnitFile *unit, const UnitAssignment *line, GPtrArray *problems) {
        if (!strstr(line->value, "podman"))
                return;

        const UnitAssignment before = *line;
        g_auto(GStrv) words = g_strsplit_set(line->value, BLANKS, -1);
        g_autoptr(GString) others = g_string_new(NULL), podmans = g_string_new(NULL);

        for (char **word = words; *word; word++) {
                GString *list = is_podmans(*word) ? podmans : others;

                if (**word)
                        g_string_append_printf(list, "%s%s", list->len > 0 ? " " : "", *word);
        }
        bool wanted = podmans->len > 0 && is_mounted(unit);
        if (podmans->len == 0 || (wanted && !is_strict(line->key)))
                return;
        problem_add(
                problems, PROBLEM_NOTE, line->file, line->line, line->key,
                wanted ? "%s is wanted, not required: its socket is there where podman is, and nothing else needs it"
                       : "%s is left out: no podman is needed here",
                podmans->str);
        /* An empty line would forget those before it. */
        if (others->len == 0)
                unit_file_take_out(unit, line);
        else
                unit_file_replace(unit, line, line->key, others->str);
        if (wanted)
                unit_file_add(unit, before.section, "Wants", podmans->str, before.file, before.line);
}

static const struct {
        const char *verb;
        const char *instead;
} verbs[] = {
        {"build", "a .build file"},
        {"cp", "a Volume= that both sides see, or `wolffia exec NAME cat FILE`"},
        {"exec", "`wolffia exec`"},
        {"healthcheck", "HealthCmd= in [Container]"},
        {"image", "a .image file, or `wolffia pull`"},
        {"inspect", "`wolffia inspect`"},
        {"kill", "`systemctl --user kill`"},
        {"logs", "`journalctl --user -u`"},
        {"network", "a .network file"},
        {"pod", "a .pod file"},
        {"ps", "`wolffia ps`"},
        {"pull", "a .image file, or `wolffia pull`"},
        {"restart", "`systemctl --user restart`"},
        {"rm", "nothing: a container that has ended leaves nothing behind"},
        {"run", "a .container file of its own, or `wolffia run`"},
        {"secret", "`wolffia secret`"},
        {"start", "`systemctl --user start`"},
        {"stop", "`systemctl --user stop`"},
        {"unshare", "`wolffia unshare`"},
        {"volume", "a .volume file, or `wolffia volume`"},
};

static const char *instead_of(const char *verb) {
        for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
                if (g_str_equal(verb, verbs[i].verb))
                        return verbs[i].instead;
        return NULL;
}

/* The verb in TEXT, which is what follows "podman": the first known one, since options may have values; else the first
 * word. Caller frees. */
static char *find_verb(const char *text) {
        g_auto(GStrv) words = g_strsplit_set(text, BLANKS "\"';", -1);
        const char *first = "";

        for (char **word = words; *word; word++) {
                if (instead_of(*word))
                        return g_strdup(*word);
                if (**word && **word != '-' && !*first)
                        first = *word;
        }
        return g_strdup(first);
}

/* Whether the word at P, in COMMAND, can be the name of a program: it is no folder's. */
static bool is_program(const char *command, const char *p) {
        if (p == command)
                return true;
        if (p[-1] == '/')
                return p - command >= 4 && strncmp(p - 4, "bin/", 4) == 0;
        return strchr(BLANKS "@-:+!|\"';(`", p[-1]);
}

/* What podman is called for in COMMAND, which may be a script for the shell; NULL when it is not called. Caller frees. */
static char *podman_verb(const char *command) {
        for (const char *p = strstr(command, "podman"); p; p = strstr(p + 1, "podman")) {
                const char *rest = p + strlen("podman");

                if (is_program(command, p) && (*rest == ' ' || *rest == '\t'))
                        return find_verb(rest);
        }
        return NULL;
}

void service_podman_check_command(const UnitAssignment *line, GPtrArray *problems) {
        g_autofree char *verb = podman_verb(line->value);
        const char *instead = verb ? instead_of(verb) : NULL;

        if (!verb)
                return;
        problem_add(problems, PROBLEM_WARNING, line->file, line->line, line->key,
                    "`podman %s` knows nothing of these containers; write %s", verb,
                    instead ? instead : "what it is to do, without podman");
}
