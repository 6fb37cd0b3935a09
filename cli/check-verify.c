/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd's own opinion of the units: its exit status says nothing, since it is 0 for unknown keys too. */

#include "cli/check.h"

#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the unit is called on the command line, where a ":" would part a file from another name for it. Caller frees. */
static char *argument_name(const CheckUnit *unit) {
        return g_strdelimit(g_strdup(unit->service), ":", '_');
}

static bool write_unit(const CheckUnit *unit, const char *path, GError **error) {
        return file_write_atomic(AT_FDCWD, path, unit->text, strlen(unit->text), 0600, error);
}

static bool write_units(const Check *check, const char *folder, GPtrArray *arguments, GError **error) {
        for (guint i = 0; i < check->units->len; i++) {
                const CheckUnit *unit = &g_array_index(check->units, CheckUnit, i);
                g_autofree char *name = argument_name(unit),
                                *argument = g_build_filename(folder, name, NULL),
                                *path = g_build_filename(folder, unit->service, NULL);

                /* Others may name it. */
                if (!write_unit(unit, path, error) ||
                    (!g_str_equal(name, unit->service) && !write_unit(unit, argument, error)))
                        return false;
                /* A template is checked as an instance. */
                if (!strstr(unit->service, "@."))
                        g_ptr_array_add(arguments, g_steal_pointer(&argument));
        }
        return true;
}

/* The service that a line of systemd-analyze is about, or NULL. */
static const CheckUnit *find_unit(const Check *check, const char *line) {
        for (guint i = 0; i < check->units->len; i++) {
                const CheckUnit *unit = &g_array_index(check->units, CheckUnit, i);
                g_autofree char *name = argument_name(unit);
                const char *found = strstr(line, name);

                if (found && (found == line || found[-1] == '/'))
                        return unit;
        }
        return NULL;
}

/* False when none of the lines is about a unit. */
static bool take_lines(Check *check, const char *text) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        bool found = false;

        for (char **line = lines; *line; line++) {
                const CheckUnit *unit = find_unit(check, *line);
                const char *said = unit ? strstr(*line, ": ") : NULL;
                Problem problem = {.severity = PROBLEM_WARNING};

                if (!said)
                        continue;
                g_autofree char *message =
                        g_strdup_printf("systemd says of %s: %s", unit->service, said + 2);
                problem.file = unit->path;
                problem.text = message;
                check_add_finding(check, &problem, unit->service);
                found = true;
        }
        return found;
}

/* Runs it for what it says, since it may end in success whatever that is. */
static bool run(GPtrArray *arguments, const char *folder, char **ret_text, int *ret_status, GError **error) {
        g_autofree char *path = g_strdup_printf("%s:", folder);
        g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "SYSTEMD_UNIT_PATH", path, TRUE);

        g_ptr_array_insert(arguments, 0, g_strdup("systemd-analyze"));
        g_ptr_array_insert(arguments, 1, g_strdup("--user"));
        g_ptr_array_insert(arguments, 2, g_strdup("--man=no"));
        g_ptr_array_insert(arguments, 3, g_strdup("verify"));
        g_ptr_array_add(arguments, NULL);
        return g_spawn_sync(NULL, (char **) arguments->pdata, environment,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, ret_text,
                            ret_status, error);
}

bool check_verify(Check *check, GError **error) {
        g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *folder = g_dir_make_tmp("wolffia-check-XXXXXX", error), *text = NULL;

        if (!folder)
                return false;
        int status = 0;
        bool good = write_units(check, folder, arguments, error) &&
                    (arguments->len == 0 || run(arguments, folder, &text, &status, error));
        /* Not one unit was read then. */
        if (good && text && !take_lines(check, text) && status != 0)
                good = fail(error, WOLFFIA_ERROR_UNSUPPORTED, "systemd-analyze cannot read the units: %s",
                            g_strstrip(text));
        if (!file_remove_tree(AT_FDCWD, folder, good ? error : NULL))
                return false;
        return good;
}
