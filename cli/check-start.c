/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a start would stumble over. The generator asks none of this: it is a pure function of the unit files, and what is
 * missing at a reload may be there at the start. */

#include "cli/check.h"

#include "base/path.h"
#include "generator/unit-kind.h"
#include "spec/container-spec.h"
#include "spec/unit-words.h"
#include "spec/value-secret.h"
#include "spec/value-volume.h"

#include <string.h>
#include <unistd.h>

static void report(Translation *translation, ProblemSeverity severity, const UnitAssignment *line,
                   const char *format, ...) G_GNUC_PRINTF(4, 5);

static void report(Translation *translation, ProblemSeverity severity, const UnitAssignment *line,
                   const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        problem_add(translation->problems, severity, line->file, line->line, line->key, "%s", text);
}

char *check_expand(const Translation *translation, const char *value) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (const char *p = value; *p; p++) {
                if (*p == '$')
                        return NULL;
                if (*p != '%') {
                        g_string_append_c(text, *p);
                        continue;
                }
                g_autofree char *expanded = p[1] ? check_specifier(translation->service, *++p) : NULL;
                if (!expanded)
                        return NULL;
                g_string_append(text, expanded);
        }
        return g_strdup(text->str);
}

/* Calls TAKE for each line of a key, or each of its words. */
typedef void (*TakeValue)(const Check *check, Translation *translation, const UnitAssignment *line,
                          const char *value);

static void each_value(const Check *check, Translation *translation, const char *section, const char *key,
                       bool words, TakeValue take) {
        g_autoptr(GPtrArray) lines = unit_file_all(translation->unit, section, key);

        for (guint i = 0; i < lines->len; i++) {
                const UnitAssignment *line = lines->pdata[i];
                g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);

                if (!words)
                        g_ptr_array_add(parts, g_strdup(line->value));
                else if (!unit_words_split(line->value, parts, NULL))
                        continue; /* was told by the generator */
                for (guint j = 0; j < parts->len; j++) {
                        g_autofree char *value = check_expand(translation, parts->pdata[j]);

                        if (value)
                                take(check, translation, line, value);
                }
        }
}

/* Reports a PATH of the host that is not there, or not for the user. */
static void check_path(Translation *translation, const UnitAssignment *line, const char *path,
                       const char *what) {
        g_autofree char *folder = g_path_get_dirname(line->file);
        g_autofree char *absolute = path_absolute(folder, path);

        if (access(absolute, F_OK) == 0)
                return;
        if (errno == EACCES)
                report(translation, PROBLEM_ERROR, line,
                       "%s cannot be reached by you: a folder on the way to it is closed", absolute);
        else
                report(translation, PROBLEM_ERROR, line, "there is no %s; %s", absolute, what);
}

/* The folder that the missing PATH would be made in. Caller frees. */
static char *find_ancestor(const char *path) {
        char *folder = g_path_get_dirname(path);

        while (access(folder, F_OK) < 0 && !g_str_equal(folder, "/")) {
                char *above = g_path_get_dirname(folder);
                g_free(folder);
                folder = above;
        }
        return folder;
}

/* The same for a source that the start makes: a slip in its name is an empty folder. */
static void check_made(Translation *translation, const UnitAssignment *line, const char *path) {
        g_autofree char *folder = g_path_get_dirname(line->file);
        g_autofree char *absolute = path_absolute(folder, path);
        g_autofree char *ancestor = find_ancestor(absolute);

        if (access(absolute, F_OK) == 0 || errno == EACCES)
                check_path(translation, line, path, "");
        else if (access(ancestor, W_OK | X_OK) == 0)
                report(translation, PROBLEM_WARNING, line,
                       "there is no %s; the first start makes an empty folder of this name", absolute);
        else
                report(translation, PROBLEM_ERROR, line,
                       "there is no %s; you cannot make it in %s, and the container does not start without it",
                       absolute, ancestor);
}

static void take_volume(const Check *check, Translation *translation, const UnitAssignment *line,
                        const char *value) {
        g_autoptr(Volume) volume = NULL;

        if (!value_volume_parse(value, &volume, NULL) || volume->kind != VOLUME_PATH)
                return;
        if (g_str_has_suffix(volume->source, "/podman/podman.sock") && access(volume->source, F_OK) < 0)
                report(translation, PROBLEM_ERROR, line,
                       "there is no %s: it is podman's, which speaks of its own containers only",
                       volume->source);
        else
                check_made(translation, line, volume->source);
}

static void take_mount(const Check *check, Translation *translation, const UnitAssignment *line,
                       const char *value) {
        g_auto(GStrv) parts = g_strsplit(value, ",", -1);
        bool is_bind = g_strv_contains((const char *const *) parts, "type=bind");

        for (char **part = parts; is_bind && *part; part++)
                if (g_str_has_prefix(*part, "source=") || g_str_has_prefix(*part, "src="))
                        check_path(translation, line, strchr(*part, '=') + 1,
                                   "the container does not start without it");
}

static void take_environment_file(const Check *check, Translation *translation, const UnitAssignment *line,
                                  const char *value) {
        /* Of [Service], where a "-" means that it may be missing, and patterns are possible. */
        if (*value != '-' && !strpbrk(value, "*?["))
                check_path(translation, line, value, "the service does not start without it");
}

static void take_device(const Check *check, Translation *translation, const UnitAssignment *line,
                        const char *value) {
        g_auto(GStrv) parts = g_strsplit(value, ":", 2);

        if (*value == '/')
                check_path(translation, line, parts[0], "the container does not start without it");
}

static void take_rootfs(const Check *check, Translation *translation, const UnitAssignment *line,
                        const char *value) {
        g_auto(GStrv) parts = g_strsplit(value, ":", 2);

        check_path(translation, line, parts[0], "it is what is to run");
}

/* Whether the unit is given a credential of that name, which comes before the store. */
static bool is_credential(const Translation *translation, const char *name) {
        static const char *const keys[] = {"LoadCredential", "LoadCredentialEncrypted", "SetCredential",
                                           "SetCredentialEncrypted", "ImportCredential"};
        size_t length = strlen(name);

        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
                g_autoptr(GPtrArray) lines = unit_file_all(translation->unit, "Service", keys[i]);

                for (guint j = 0; j < lines->len; j++) {
                        const char *value = ((const UnitAssignment *) lines->pdata[j])->value;

                        /* What a pattern of ImportCredential= brings only systemd knows. */
                        if (g_str_equal(keys[i], "ImportCredential") ||
                            (strncmp(value, name, length) == 0 && (value[length] == ':' || !value[length])))
                                return true;
                }
        }
        return false;
}

static void take_secret(const Check *check, Translation *translation, const UnitAssignment *line,
                        const char *value) {
        static const char *const suffixes[] = {"", VALUE_SECRET_ENCRYPTED};
        g_autofree char *store = value_secret_store();
        g_autoptr(Secret) secret = NULL;

        if (!value_secret_parse(value, &secret, NULL) || is_credential(translation, secret->name))
                return;
        for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
                g_autofree char *name = g_strconcat(secret->name, suffixes[i], NULL);
                g_autofree char *path = g_build_filename(store, name, NULL);

                if (access(path, F_OK) == 0)
                        return;
        }
        report(translation, PROBLEM_ERROR, line,
               "you have no secret '%s'; `wolffia secret create %s FILE` makes it", secret->name,
               secret->name);
}

/* An image that is not there is fetched, where that is possible. */
static void check_image(const Check *check, Translation *translation) {
        const ContainerSpec *spec = translation->spec;
        const UnitAssignment *line = unit_file_last(translation->unit, "Container", "Image");
        g_autofree char *name = spec->image && line ? check_expand(translation, spec->image) : NULL;
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        /* Of another unit file: its own service fetches or builds it. */
        if (!name || !check->store || strcmp(line->value, spec->image) != 0)
                return;
        if (!image_store_find(check->store, name, &record, &error)) {
                report(translation, PROBLEM_WARNING, line, "%s", error->message);
                return;
        }
        bool is_local = g_str_has_prefix(name, "localhost/"), is_never = g_strcmp0(spec->pull, "never") == 0;
        if (record)
                return;
        if (is_local || is_never)
                report(translation, PROBLEM_ERROR, line,
                       "the image '%s' is not in your store, and %s; `wolffia import` or `wolffia pull` adds it",
                       name, is_local ? "localhost is no registry" : "Pull=never forbids to fetch it");
        else
                report(translation, PROBLEM_NOTE, line,
                       "the image '%s' is not in your store; the first start fetches it, `wolffia pull %s` does so now",
                       name, name);
}

/* What has no specifiers the generator has checked. */
static void check_name(Translation *translation) {
        const UnitKind *kind = translation->kind;
        g_autofree char *name = unit_kind_resource(translation->source->kind, translation->spec);
        g_autofree char *expanded =
                kind->name_key && strchr(name, '%') ? check_expand(translation, name) : NULL;
        const UnitAssignment *line =
                expanded ? unit_file_last(translation->unit, unit_kind_section(kind), kind->name_key) : NULL;
        g_autoptr(GError) error = NULL;

        if (expanded && !kind->check_name(expanded, &error))
                problem_add(translation->problems, PROBLEM_ERROR, line ? line->file : translation->path,
                            line ? line->line : 0, kind->name_key, "%s", error->message);
}

void check_start(const Check *check, Translation *translation) {
        check_name(translation);
        each_value(check, translation, "Service", "EnvironmentFile", false, take_environment_file);
        if (translation->source->kind == SOURCE_POD)
                each_value(check, translation, "Pod", "Volume", false, take_volume);
        if (translation->source->kind != SOURCE_CONTAINER)
                return;
        each_value(check, translation, "Container", "Volume", false, take_volume);
        each_value(check, translation, "Container", "Mount", true, take_mount);
        each_value(check, translation, "Container", "EnvironmentFile", true, take_environment_file);
        each_value(check, translation, "Container", "AddDevice", true, take_device);
        each_value(check, translation, "Container", "Rootfs", false, take_rootfs);
        each_value(check, translation, "Container", "Secret", true, take_secret);
        check_image(check, translation);
}
