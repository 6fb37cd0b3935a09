/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key table printed once more: what it reads in one way or another is written so that it reads it as it was. */

#include "cli/run.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/config-folder.h"
#include "cli/verb.h"
#include "generator/generate.h"
#include "spec/container-keys.h"
#include "spec/unit-words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A value as it stands; systemd expands both. */
static void append_plain(GString *text, const char *value) {
        for (const char *p = value; *p; p++) {
                if (*p == '%' || *p == '$')
                        g_string_append_c(text, *p);
                g_string_append_c(text, *p == '\n' ? ' ' : *p);
        }
}

static bool is_read_as_words(const Key *key) {
        return key->class == KEY_WORDS || key->class == KEY_COMMAND || key->class == KEY_MAP;
}

static void append_line(GString *text, const Key *key, const char *value) {
        if (!key->key) {
                g_string_append(text, "PodmanArgs=");
                unit_words_quote_option(text, key->option, value, UNIT_WORDS_LITERAL);
        } else {
                g_string_append_printf(text, "%s=", key->key);
                if (is_read_as_words(key))
                        unit_words_quote(text, value, UNIT_WORDS_LITERAL);
                else
                        append_plain(text, value);
        }
        g_string_append_c(text, '\n');
}

static void append_list(GString *text, const Key *key, const GPtrArray *list) {
        if (key->class != KEY_COMMAND) {
                for (guint i = 0; i < list->len; i++)
                        append_line(text, key, list->pdata[i]);
                return;
        }
        if (list->len == 0)
                return;
        g_string_append_printf(text, "%s=", key->key);
        for (guint i = 0; i < list->len; i++) {
                if (i > 0)
                        g_string_append_c(text, ' ');
                unit_words_quote(text, list->pdata[i], UNIT_WORDS_LITERAL);
        }
        g_string_append_c(text, '\n');
}

static void append_key(GString *text, const Key *key, const ContainerSpec *spec) {
        switch (key_kind(key)) {
        case KEY_KIND_TRISTATE:
                if (*key_tristate(key, spec) != TRISTATE_UNSET)
                        append_line(text, key, *key_tristate(key, spec) == TRISTATE_YES ? "true" : "false");
                break;
        case KEY_KIND_TEXT:
                if (*key_text(key, spec))
                        append_line(text, key, *key_text(key, spec));
                break;
        case KEY_KIND_LIST:
                append_list(text, key, *key_list(key, spec));
                break;
        }
}

char *run_save_print(const ContainerSpec *spec, const UnitFile *service) {
        GString *text = g_string_new("[Container]\n");

        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];
                bool is_internal = !key->key && (g_strcmp0(key->option, "unit") == 0 ||
                                                 g_strcmp0(key->option, "broken") == 0);
                if (key_has_field(key) && !is_internal)
                        append_key(text, key, spec);
        }
        if (service && service->assignments->len > 0) {
                g_string_append(text, "\n[Service]\n");
                unit_file_print_section(service, 0, text);
        }
        g_string_append(text, "\n[Install]\nWantedBy=default.target\n");
        return g_string_free(text, FALSE);
}

static bool write_new(const char *path, const char *text, GError **error) {
        autofd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

        if (fd < 0 && errno == EEXIST)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "There is a %s already, and it stays as it is; choose another name, or remove it",
                        path);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot make %s", path);
        return file_write_all(fd, text, strlen(text), error) || fail_prefix(error, "%s", path);
}

static void report(const char *path) {
        const GenerateOptions options = {0};
        g_autoptr(GPtrArray) problems = NULL;

        if (!generate_check(path, &options, NULL, &problems, NULL))
                return;
        for (guint i = 0; i < problems->len; i++) {
                g_autofree char *line = problem_print(problems->pdata[i]);
                verb_warn(line);
        }
}

bool run_save(const ContainerSpec *spec, const RunOptions *options, GError **error) {
        const char *name = options->save;
        g_autofree char *folder = g_build_filename(g_get_user_config_dir(), "wolffia", NULL);
        g_autofree char *stem = g_str_has_suffix(name, ".container")
                                        ? g_strndup(name, strlen(name) - strlen(".container"))
                                        : g_strdup(name);
        g_autofree char *file = g_strconcat(stem, ".container", NULL);
        g_autofree char *path = g_build_filename(folder, file, NULL);
        g_autofree char *text = run_save_print(spec, options->service);

        if (!*stem || strchr(stem, '/') || *stem == '.')
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' cannot be the name of a file in %s", name,
                            folder);
        if (!file_make_folders(AT_FDCWD, folder, 0755, error) || !write_new(path, text, error))
                return false;
        report(path);
        g_autofree char *elsewhere = config_folder_explain();
        if (elsewhere)
                verb_warn(elsewhere);
        printf("%s\n", path);
        return true;
}
