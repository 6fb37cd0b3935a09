/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The syntax is that of unit files, so that a fault has its line. */

#include "spec/settings.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "spec/problem.h"
#include "spec/settings-keys.h"
#include "spec/unit-read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Files of this size are no settings. */
#define SIZE_MAX_BYTES (1 << 20)

static char **default_stores(void) {
        return g_strsplit("/usr/share/wolffia/images:/var/lib/wolffia/images", ":", -1);
}

Settings *settings_new(void) {
        Settings *settings = g_new0(Settings, 1);

        settings->log_level = -1;
        settings->more_stores = default_stores();
        settings->proxies = g_ptr_array_new_with_free_func(g_free);
        return settings;
}

void settings_free(Settings *settings) {
        if (!settings)
                return;
        g_free(settings->network);
        g_free(settings->runtime_folder);
        g_free(settings->store_folder);
        g_strfreev(settings->more_stores);
        g_ptr_array_unref(settings->proxies);
        g_free(settings);
}

/* ---- one file ---- */

static void tell(GPtrArray *problems, const char *path, guint line, const char *key, const char *text) {
        problem_add(problems, PROBLEM_WARNING, path, line, key, "%s", text);
}

static void apply_line(Settings *settings, const UnitFile *file, const UnitAssignment *line,
                       GPtrArray *problems) {
        g_autoptr(GError) fault = NULL;
        const char *section =
                line->section == UNIT_FILE_NO_SECTION ? "" : file->sections->pdata[line->section];

        if (line->key && !settings_keys_apply(settings, section, line->key, line->value, &fault))
                tell(problems, line->file, line->line, line->key, fault->message);
}

/* A section without a line in it is none that could have an effect, but a slip all the same. */
static void check_sections(const UnitFile *file, const char *path, GPtrArray *problems) {
        for (guint i = 0; i < file->sections->len; i++) {
                g_autofree char *text = settings_keys_check_section(file->sections->pdata[i]);
                if (text)
                        tell(problems, path, 0, NULL, text);
        }
}

static void read_into(Settings *settings, const char *path, GPtrArray *problems) {
        g_autofree char *text = NULL;
        g_autoptr(GError) fault = NULL;
        size_t size;

        if (!file_read(AT_FDCWD, path, SIZE_MAX_BYTES, &text, &size, &fault)) {
                if (!g_error_matches(fault, ERRNO_ERROR, ENOENT))
                        tell(problems, path, 0, NULL, fault->message);
                return;
        }
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) file = unit_file_new();
        unit_read_text(reader, text, size, unit_file_keep(file, path), file, problems);
        check_sections(file, path, problems);
        for (guint i = 0; i < file->assignments->len; i++)
                apply_line(settings, file, unit_file_at(file, i), problems);
}

void settings_read(Settings *settings, const char *path, GPtrArray *problems) {
        g_autoptr(GPtrArray) unheard = problems ? NULL : problems_new();

        read_into(settings, path, problems ? problems : unheard);
}

/* ---- all of them ---- */

static void read_folder(Settings *settings, const char *path, GPtrArray *problems) {
        g_autoptr(GPtrArray) names = folder_list(AT_FDCWD, path); /* mostly there is none */

        for (guint i = 0; i < names->len; i++) {
                g_autofree char *file = g_build_filename(path, names->pdata[i], NULL);
                if (*(const char *) names->pdata[i] != '.' && g_str_has_suffix(file, ".conf"))
                        settings_read(settings, file, problems);
        }
}

static void read_place(Settings *settings, const char *folder, GPtrArray *problems) {
        g_autofree char *file = g_strconcat(folder, "/wolffia.conf", NULL);
        g_autofree char *dropins = g_strconcat(file, ".d", NULL);

        settings_read(settings, file, problems);
        read_folder(settings, dropins, problems);
}

/* Of the environment alone: asking for the user's home by NSS takes too long for a generator. */
Settings *settings_load(GPtrArray *problems) {
        const char *config = g_getenv("XDG_CONFIG_HOME"), *home = g_getenv("HOME");
        Settings *settings = settings_new();

        read_place(settings, "/usr/share/wolffia", problems);
        read_place(settings, "/etc/wolffia", problems);
        if ((config && *config == '/') || (home && *home == '/')) {
                g_autofree char *own = config && *config == '/'
                                               ? g_strconcat(config, "/wolffia", NULL)
                                               : g_strconcat(home, "/.config/wolffia", NULL);
                read_place(settings, own, problems);
        }
        return settings;
}

/* ---- what they are for ---- */

/* Programs differ in which spelling they read; curl(1) knows http_proxy in small letters only. */
static void set_proxy(const char *assignment) {
        g_autofree char *small = g_strndup(assignment, strcspn(assignment, "="));
        g_autofree char *capital = g_ascii_strup(small, -1);
        const char *value = assignment + strlen(small) + 1;

        if (g_getenv(small) || g_getenv(capital))
                return;
        g_setenv(small, value, TRUE);
        g_setenv(capital, value, TRUE);
}

void settings_apply(const Settings *settings) {
        if (settings->log_level >= 0)
                log_set_level(settings->log_level);
        for (guint i = 0; i < settings->proxies->len; i++)
                set_proxy(settings->proxies->pdata[i]);
}

static void append_specifier(GString *path, char letter) {
        if (letter == 'h')
                g_string_append(path, g_get_home_dir());
        else if (letter == 'u')
                g_string_append(path, g_get_user_name());
        else if (letter == 'U')
                g_string_append_printf(path, "%u", getuid());
        else
                g_string_append_c(path, letter);
}

char *settings_expand(const char *folder) {
        if (!folder || !*folder)
                return NULL;
        GString *path = g_string_new(NULL);
        for (const char *p = folder; *p; p++)
                if (*p == '%')
                        append_specifier(path, *++p);
                else
                        g_string_append_c(path, *p);
        return g_string_free(path, FALSE);
}

char *settings_store_folder(const Settings *settings) {
        return settings->store_folder ? settings_expand(settings->store_folder)
                                      : g_build_filename(g_get_user_data_dir(), "wolffia", NULL);
}

char **settings_read_only_stores(const Settings *settings) {
        GPtrArray *paths = g_ptr_array_new();

        for (char **folder = settings->more_stores; *folder; folder++) {
                char *path = settings_expand(*folder);
                if (path)
                        g_ptr_array_add(paths, path);
        }
        g_ptr_array_add(paths, NULL);
        return (char **) g_ptr_array_free(paths, FALSE);
}
