/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd's own opinion of the units: its exit status says nothing, since it is 0 for unknown keys too. */

#include "cli/check.h"

#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_units(const Check *check, const char *folder, GPtrArray *arguments, GError **error) {
        for (guint i = 0; i < check->units->len; i++) {
                const CheckUnit *unit = &g_array_index(check->units, CheckUnit, i);
                char *path = g_build_filename(folder, unit->service, NULL);

                /* A template is checked as an instance. */
                if (strstr(unit->service, "@."))
                        g_free(path);
                else
                        g_ptr_array_add(arguments, path);
                g_autofree char *file = g_build_filename(folder, unit->service, NULL);
                if (!file_write_atomic(AT_FDCWD, file, unit->text, strlen(unit->text), 0600, error))
                        return false;
        }
        return true;
}

/* The service that a line of systemd-analyze is about, or NULL. */
static const CheckUnit *find_unit(const Check *check, const char *line) {
        for (guint i = 0; i < check->units->len; i++) {
                const CheckUnit *unit = &g_array_index(check->units, CheckUnit, i);
                const char *found = strstr(line, unit->service);

                if (found && (found == line || found[-1] == '/'))
                        return unit;
        }
        return NULL;
}

static void take_lines(Check *check, const char *text) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

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
        }
}

/* Runs it for what it says, since it ends in success whatever that is. */
static bool run(GPtrArray *arguments, const char *folder, char **ret_text, GError **error) {
        g_autofree char *path = g_strdup_printf("%s:", folder);
        g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "SYSTEMD_UNIT_PATH", path, TRUE);
        int status;

        g_ptr_array_insert(arguments, 0, g_strdup("systemd-analyze"));
        g_ptr_array_insert(arguments, 1, g_strdup("--user"));
        g_ptr_array_insert(arguments, 2, g_strdup("--man=no"));
        g_ptr_array_insert(arguments, 3, g_strdup("verify"));
        g_ptr_array_add(arguments, NULL);
        return g_spawn_sync(NULL, (char **) arguments->pdata, environment,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, ret_text,
                            &status, error);
}

bool check_verify(Check *check, GError **error) {
        g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *folder = g_dir_make_tmp("wolffia-check-XXXXXX", error), *text = NULL;

        if (!folder)
                return false;
        bool good = write_units(check, folder, arguments, error) &&
                    (arguments->len == 0 || run(arguments, folder, &text, error));
        if (good && text)
                take_lines(check, text);
        if (!file_remove_tree(AT_FDCWD, folder, good ? error : NULL))
                return false;
        return good;
}
