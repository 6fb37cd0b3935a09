/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A GKeyFile. It does not say in which line a key stands, so that is looked for when there is something to tell. */

#include "spec/settings.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "spec/problem.h"
#include "spec/value-basic.h"
#include "spec/value-network.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

typedef bool (*Apply)(Settings *settings, const char *value, GError **error);

static bool apply_quadlet(Settings *settings, const char *value, GError **error) {
        return value_boolean_parse(value, &settings->reads_quadlet_folders, error);
}

static bool apply_single_id(Settings *settings, const char *value, GError **error) {
        if (!g_str_equal(value, "allow") && !g_str_equal(value, "forbid"))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither allow, the default, nor forbid",
                            value);
        settings->forbids_single_id = g_str_equal(value, "forbid");
        return true;
}

static bool apply_network(Settings *settings, const char *value, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;

        if (!value_network_parse(value, &mode, error))
                return false;
        g_free(settings->network);
        settings->network = *value ? g_strdup(value) : NULL;
        return true;
}

static const struct {
        const char *section, *key;
        Apply apply;
} settings_known[] = {
        {"Generator", "QuadletFolders", apply_quadlet},
        {"Runner", "Network", apply_network},
        {"Runner", "SingleId", apply_single_id},
};

void settings_free(Settings *settings) {
        if (!settings)
                return;
        g_free(settings->network);
        g_free(settings);
}

/* ---- one file ---- */

/* From 1; 0 when it is not found. KEY may be NULL, for the section's own line. */
static guint find_line(const char *text, const char *section, const char *key) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_autofree char *header = g_strdup_printf("[%s]", section);
        bool is_inside = false;

        for (guint i = 0; lines[i]; i++) {
                const char *line = g_strstrip(lines[i]);
                if (*line == '[') {
                        is_inside = g_str_equal(line, header);
                        if (is_inside && !key)
                                return i + 1;
                } else if (is_inside && key && g_str_has_prefix(line, key) &&
                           strchr(" \t=", line[strlen(key)]))
                        return i + 1;
        }
        return 0;
}

static Apply find_apply(const char *section, const char *key, bool *ret_has_section) {
        *ret_has_section = false;
        for (size_t i = 0; i < G_N_ELEMENTS(settings_known); i++) {
                if (!g_str_equal(settings_known[i].section, section))
                        continue;
                *ret_has_section = true;
                if (g_str_equal(settings_known[i].key, key))
                        return settings_known[i].apply;
        }
        return NULL;
}

static void tell(GPtrArray *problems, const char *path, guint line, const char *key, const char *text) {
        if (problems)
                problem_add(problems, PROBLEM_WARNING, path, line, key, "%s", text);
}

static void apply_key(Settings *settings, GKeyFile *file, const char *path, const char *text,
                      const char *section, const char *key, GPtrArray *problems) {
        g_autoptr(GError) fault = NULL;
        bool has_section;
        Apply apply = find_apply(section, key, &has_section);
        g_autofree char *value = g_key_file_get_string(file, section, key, &fault);

        if (!has_section)
                tell(problems, path, find_line(text, section, NULL), NULL,
                     "there is no such section; [Generator] and [Runner] are known");
        else if (!apply)
                tell(problems, path, find_line(text, section, key), key,
                     "there is no such key in this section (wolffia.conf(5) lists them)");
        else if (!value || !apply(settings, value, &fault))
                tell(problems, path, find_line(text, section, key), key, fault->message);
}

void settings_read(Settings *settings, const char *path, GPtrArray *problems) {
        g_autofree char *text = NULL;
        g_autoptr(GKeyFile) file = NULL;
        g_autoptr(GError) fault = NULL;

        if (!file_read(AT_FDCWD, path, 1 << 20, &text, NULL, &fault)) {
                if (!g_error_matches(fault, ERRNO_ERROR, ENOENT))
                        tell(problems, path, 0, NULL, fault->message);
                return;
        }
        file = g_key_file_new();
        if (!g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, &fault)) {
                tell(problems, path, 0, NULL, fault->message);
                return;
        }
        g_auto(GStrv) sections = g_key_file_get_groups(file, NULL);
        for (char **section = sections; *section; section++) {
                g_auto(GStrv) keys = g_key_file_get_keys(file, *section, NULL, NULL);
                for (char **key = keys; key && *key; key++)
                        apply_key(settings, file, path, text, *section, *key, problems);
        }
}

/* ---- all of them ---- */

static int compare_names(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void read_folder(Settings *settings, const char *path, GPtrArray *problems) {
        autodir DIR *folder = opendir(path); /* mostly there is none */
        if (!folder)
                return;
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        struct dirent *entry;

        while ((entry = readdir(folder)))
                if (entry->d_name[0] != '.' && g_str_has_suffix(entry->d_name, ".conf"))
                        g_ptr_array_add(names, g_strdup(entry->d_name));
        g_ptr_array_sort(names, compare_names);
        for (guint i = 0; i < names->len; i++) {
                g_autofree char *file = g_build_filename(path, names->pdata[i], NULL);
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
        Settings *settings = g_new0(Settings, 1);

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
