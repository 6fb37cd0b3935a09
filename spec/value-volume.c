/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of volumes. Whether a source exists is for the runner to find out. */

#include "spec/value-volume.h"

#include "base/error.h"
#include "spec/value-name.h"

#include <string.h>

void volume_free(Volume *volume) {
        if (!volume)
                return;
        g_free(volume->source);
        g_free(volume->target);
        g_free(volume->idmap);
        g_free(volume->upper);
        g_free(volume->work);
        g_free(volume);
}

static const struct {
        const char *word;
        VolumePropagation propagation;
} propagations[] = {
        {"private", VOLUME_PRIVATE},       {"rprivate", VOLUME_RPRIVATE},
        {"shared", VOLUME_SHARED},         {"rshared", VOLUME_RSHARED},
        {"slave", VOLUME_SLAVE},           {"rslave", VOLUME_RSLAVE},
        {"unbindable", VOLUME_UNBINDABLE}, {"runbindable", VOLUME_RUNBINDABLE},
};

/* The words that switch one flag of Volume on or off. */
static const struct {
        const char *word;
        size_t offset;
        bool value;
} flags[] = {
        {"ro", offsetof(Volume, read_only), true},       {"rw", offsetof(Volume, read_only), false},
        {"U", offsetof(Volume, change_owner), true},     {"O", offsetof(Volume, overlay), true},
        {"nocopy", offsetof(Volume, no_copy), true},     {"copy", offsetof(Volume, no_copy), false},
        {"noexec", offsetof(Volume, no_exec), true},     {"exec", offsetof(Volume, no_exec), false},
        {"nodev", offsetof(Volume, dev), false},         {"dev", offsetof(Volume, dev), true},
        {"nosuid", offsetof(Volume, suid), false},       {"suid", offsetof(Volume, suid), true},
        {"bind", offsetof(Volume, not_recursive), true}, {"rbind", offsetof(Volume, not_recursive), false},
};

/* A specifier stands for an absolute path, too, once systemd has expanded it. */
static bool take_folder(const char *word, char **field, GError **error) {
        const char *path = strchr(word, '=') + 1;

        if (path[0] != '/' && path[0] != '%')
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not the absolute path of a folder", word);
        g_free(*field);
        *field = g_strdup(path);
        return true;
}

static bool check_layer(const Volume *volume, GError **error) {
        if (!volume->upper && !volume->work)
                return true;
        if (!volume->overlay)
                return fail(error, WOLFFIA_ERROR_VALUE, "upperdir= and workdir= go with the option O");
        return (volume->upper && volume->work) ||
               fail(error, WOLFFIA_ERROR_VALUE,
                    "upperdir= and workdir= go together: two folders on one file system, the second of them empty");
}

static bool parse_option(const char *word, Volume *volume, GError **error) {
        for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
                if (g_str_equal(word, flags[i].word)) {
                        *(bool *) ((char *) volume + flags[i].offset) = flags[i].value;
                        return true;
                }
        for (size_t i = 0; i < G_N_ELEMENTS(propagations); i++)
                if (g_str_equal(word, propagations[i].word)) {
                        volume->propagation = propagations[i].propagation;
                        return true;
                }

        if (g_str_equal(word, "z"))
                volume->relabel = VOLUME_RELABEL_SHARED;
        else if (g_str_equal(word, "Z"))
                volume->relabel = VOLUME_RELABEL_PRIVATE;
        else if (g_str_equal(word, "idmap") || g_str_has_prefix(word, "idmap=")) {
                g_free(volume->idmap);
                volume->idmap = g_strdup(word[5] ? word + 6 : "");
        } else if (g_str_has_prefix(word, "upperdir="))
                return take_folder(word, &volume->upper, error);
        else if (g_str_has_prefix(word, "workdir="))
                return take_folder(word, &volume->work, error);
        else
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not a volume option; ro, rw, z, Z, U, O, copy, nocopy, "
                            "exec, noexec, rslave… are",
                            word);
        return true;
}

static VolumeKind source_kind(const char *source) {
        if (source[0] == '/' || source[0] == '.')
                return VOLUME_PATH;
        return g_str_has_suffix(source, ".volume") ? VOLUME_UNIT : VOLUME_NAMED;
}

static bool check_name(const char *name, GError **error) {
        return value_name_is(NAME_VOLUME, name) ||
               fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is neither a path nor a volume's name; a path starts with '/', './' or '%%h/', a name has "
                    "only letters, digits and _ . -",
                    name);
}

static bool check_target(const char *target, GError **error) {
        if (target[0] != '/')
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s', the place in the container, does not start with '/'", target);
        /* Names take a place of their own; what is left is made of "/", "." and "..". */
        if (target[strspn(target, "/.")] == '\0')
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "a volume cannot take the place of the whole container ('%s')", target);
        return true;
}

/* Splits TEXT in place at its first two colons. */
static void split(char *text, char **ret_source, char **ret_target, char **ret_options) {
        char *first = strchr(text, ':'), *second = first ? strchr(first + 1, ':') : NULL;

        if (first)
                *first = '\0';
        if (second)
                *second = '\0';
        *ret_source = first ? text : NULL;
        *ret_target = first ? first + 1 : text;
        *ret_options = second ? second + 1 : NULL;
}

bool value_volume_parse(const char *text, Volume **ret_volume, GError **error) {
        g_autoptr(Volume) volume = g_new0(Volume, 1);
        g_autofree char *copy = g_strdup(text);
        char *source, *target, *options, *option;

        split(copy, &source, &target, &options);
        if (!*text)
                return fail(error, WOLFFIA_ERROR_VALUE, "a volume is missing; write SOURCE:TARGET");
        if (source && !*source)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has nothing before the ':'", text);
        if (!check_target(target, error))
                return false;
        volume->target = g_strdup(target);
        if (source) {
                volume->source = g_strdup(source);
                volume->kind = source_kind(source);
                if ((volume->kind == VOLUME_NAMED || volume->kind == VOLUME_UNIT) &&
                    !check_name(source, error))
                        return false;
        }
        while ((option = strsep(&options, ",")))
                if (*option && !parse_option(option, volume, error))
                        return false;
        if (!check_layer(volume, error))
                return false;

        *ret_volume = g_steal_pointer(&volume);
        return true;
}

void rootfs_folder_free(RootfsFolder *folder) {
        if (!folder)
                return;
        g_free(folder->path);
        g_free(folder);
}

/* A colon that no known option follows belongs to the path. */
bool value_rootfs_parse(const char *text, RootfsFolder **ret_folder, GError **error) {
        g_autoptr(RootfsFolder) folder = g_new0(RootfsFolder, 1);
        const char *colon = strrchr(text, ':');
        g_auto(GStrv) words = g_strsplit(colon ? colon + 1 : "", ",", -1);
        bool known = words[0] != NULL;

        for (char **word = words; *word; word++) {
                bool is_idmap = g_str_equal(*word, "idmap") || g_str_has_prefix(*word, "idmap=");

                folder->overlay = folder->overlay || g_str_equal(*word, "O");
                folder->idmap = folder->idmap || is_idmap;
                known = known && (is_idmap || g_str_equal(*word, "O"));
        }
        folder->path = known ? g_strndup(text, (gsize) (colon - text)) : g_strdup(text);
        if (!known)
                folder->overlay = folder->idmap = false;
        if (!*folder->path)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' names no folder", text);
        *ret_folder = g_steal_pointer(&folder);
        return true;
}

bool value_tmpfs_parse(const char *text, char **ret_target, char **ret_options, GError **error) {
        const char *colon = strchr(text, ':');
        g_autofree char *target = colon ? g_strndup(text, (gsize) (colon - text)) : g_strdup(text);

        if (!check_target(target, error))
                return false;
        *ret_options = colon && colon[1] ? g_strdup(colon + 1) : NULL;
        *ret_target = g_steal_pointer(&target);
        return true;
}
