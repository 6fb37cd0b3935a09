/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of mounts, spelt out. Most options are those of volumes under longer names. */

#include "spec/value-mount.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <string.h>

void mount_value_free(MountValue *value) {
        if (!value)
                return;
        g_free(value->volume.source);
        g_free(value->volume.target);
        g_free(value->volume.idmap);
        g_free(value->subpath);
        g_free(value->options);
        g_free(value);
}

static const struct {
        const char *word;
        MountType type;
} types[] = {
        {"bind", MOUNT_TYPE_BIND},   {"volume", MOUNT_TYPE_VOLUME}, {"tmpfs", MOUNT_TYPE_TMPFS},
        {"ramfs", MOUNT_TYPE_RAMFS}, {"devpts", MOUNT_TYPE_DEVPTS}, {"glob", MOUNT_TYPE_GLOB},
        {"image", MOUNT_TYPE_IMAGE},
};

bool value_mount_check_type(const char *type, GError **error) {
        if (g_str_equal(type, "artifact"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "type=artifact is not supported");
        return true;
}

static bool take_type(MountValue *value, const char *word, GError **error) {
        for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
                if (g_str_equal(word, types[i].word)) {
                        value->type = types[i].type;
                        return true;
                }
        return value_mount_check_type(word, error) &&
               fail(error, WOLFFIA_ERROR_VALUE,
                    "type=%s is not known; bind, volume, image, tmpfs, ramfs, glob and devpts are", word);
}

static bool is_in_memory(const MountValue *value) {
        return value->type == MOUNT_TYPE_TMPFS || value->type == MOUNT_TYPE_RAMFS ||
               value->type == MOUNT_TYPE_DEVPTS;
}

static void add_option(MountValue *value, const char *name, const char *text) {
        char *joined = g_strdup_printf("%s%s%s%s%s", value->options ? value->options : "",
                                       value->options ? "," : "", name, text ? "=" : "", text ? text : "");

        g_free(value->options);
        value->options = joined;
}

/* Switches that may have "=true" or "=false" behind them; podman has several names for some. */
static const struct {
        const char *name;
        size_t offset;
        bool on;
} switches[] = {
        {"ro", offsetof(Volume, read_only), true},
        {"readonly", offsetof(Volume, read_only), true},
        {"rw", offsetof(Volume, read_only), false},
        {"readwrite", offsetof(Volume, read_only), false},
        {"U", offsetof(Volume, change_owner), true},
        {"chown", offsetof(Volume, change_owner), true},
        {"bind-nonrecursive", offsetof(Volume, not_recursive), true},
        {"nocopy", offsetof(Volume, no_copy), true},
        {"copy", offsetof(Volume, no_copy), false},
        {"noexec", offsetof(Volume, no_exec), true},
        {"exec", offsetof(Volume, no_exec), false},
        {"dev", offsetof(Volume, dev), true},
        {"nodev", offsetof(Volume, dev), false},
        {"suid", offsetof(Volume, suid), true},
        {"nosuid", offsetof(Volume, suid), false},
};

/* Whether NAME is one; TEXT may be NULL. */
static bool take_switch(MountValue *value, const char *name, const char *text, bool *ret_known,
                        GError **error) {
        bool yes = true;

        *ret_known = false;
        for (size_t i = 0; i < G_N_ELEMENTS(switches); i++) {
                if (!g_str_equal(name, switches[i].name))
                        continue;
                *ret_known = true;
                if (text && !value_boolean_parse(text, &yes, error))
                        return fail_prefix(error, "%s=", name);
                *(bool *) ((char *) &value->volume + switches[i].offset) = switches[i].on == yes;
                return true;
        }
        return true;
}

/* What only file systems of their own have. */
static bool take_memory(MountValue *value, const char *name, const char *text) {
        static const char *const plain[] = {"size", "mode", "uid", "gid", "max", "nr_inodes", "nr_blocks"};

        if (!is_in_memory(value))
                return false;
        if (g_str_has_prefix(name, "tmpfs-"))
                name += strlen("tmpfs-");
        for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
                if (g_str_equal(name, plain[i]) && text) {
                        add_option(value, name, text);
                        return true;
                }
        if (value->type != MOUNT_TYPE_TMPFS || text ||
            !(g_str_equal(name, "tmpcopyup") || g_str_equal(name, "notmpcopyup")))
                return false;
        value->volume.no_copy = g_str_equal(name, "notmpcopyup");
        return true;
}

/* The rest is handed to the grammar of Volume=, which knows the words for propagation and labels. */
static bool take_volume_word(MountValue *value, const char *word, GError **error) {
        g_autofree char *text = g_strconcat("/:/x:", word, NULL);
        g_autoptr(Volume) volume = NULL;

        if (!value_volume_parse(text, &volume, NULL) || volume->upper)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' is not an option of mounts; source=, target=, ro, U, relabel=, bind-propagation=, "
                        "idmap, tmpfs-size=, tmpfs-mode=… are",
                        word);
        if (volume->propagation != VOLUME_PROPAGATION_DEFAULT)
                value->volume.propagation = volume->propagation;
        if (volume->relabel != VOLUME_RELABEL_NONE)
                value->volume.relabel = volume->relabel;
        value->volume.overlay = value->volume.overlay || volume->overlay;
        if (volume->idmap && !value->volume.idmap)
                value->volume.idmap = g_strdup(volume->idmap);
        return true;
}

/* Podman makes a copy of the link. */
static bool check_known(const char *name, GError **error) {
        return !g_str_equal(name, "no-dereference") ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "no-dereference: what a link leads to is mounted, never the link; mount the folder that it lies in");
}

/* Podman's word, and Docker's longer ones. */
static bool is_subpath(const MountValue *value, const char *name) {
        if (value->type == MOUNT_TYPE_IMAGE)
                return g_str_equal(name, "subpath") || g_str_equal(name, "image-subpath");
        return value->type == MOUNT_TYPE_VOLUME &&
               (g_str_equal(name, "subpath") || g_str_equal(name, "volume-subpath"));
}

static bool take(MountValue *value, const char *field, GError **error) {
        const char *equals = strchr(field, '=');
        g_autofree char *name = equals ? g_strndup(field, (gsize) (equals - field)) : g_strdup(field);
        const char *text = equals ? equals + 1 : NULL;
        bool known;

        if (g_str_equal(name, "type") || !*name)
                return true;
        if (text && (g_str_equal(name, "source") || g_str_equal(name, "src"))) {
                g_free(value->volume.source);
                value->volume.source = g_strdup(text);
                return true;
        }
        if (text &&
            (g_str_equal(name, "target") || g_str_equal(name, "dst") || g_str_equal(name, "destination"))) {
                g_free(value->volume.target);
                value->volume.target = g_strdup(text);
                return true;
        }
        if (text && is_subpath(value, name)) {
                g_free(value->subpath);
                value->subpath = g_strdup(text);
                return true;
        }
        if (!check_known(name, error) || !take_switch(value, name, text, &known, error))
                return false;
        if (known || take_memory(value, name, text))
                return true;
        if (text && (g_str_equal(name, "bind-propagation") || g_str_equal(name, "propagation")))
                return take_volume_word(value, text, error);
        if (text && g_str_equal(name, "relabel"))
                return take_volume_word(value, g_str_equal(text, "private") ? "Z" : "z", error);
        return take_volume_word(value, field, error);
}

static bool check(const MountValue *value, const char *text, GError **error) {
        const Volume *volume = &value->volume;
        g_autofree char *line =
                g_strconcat(volume->source && value->type == MOUNT_TYPE_VOLUME ? volume->source : "/", ":",
                            volume->target, NULL);
        g_autoptr(Volume) parsed = NULL;

        bool needs_source = value->type == MOUNT_TYPE_BIND || value->type == MOUNT_TYPE_GLOB ||
                            value->type == MOUNT_TYPE_IMAGE;

        if (needs_source && !volume->source)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has no source; write source=…", text);
        if (value->type == MOUNT_TYPE_GLOB && !volume->target)
                return true;
        if (value->type == MOUNT_TYPE_IMAGE &&
            (volume->change_owner || volume->overlay || volume->idmap || volume->no_copy ||
             volume->relabel != VOLUME_RELABEL_NONE || volume->propagation != VOLUME_PROPAGATION_DEFAULT))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s': an image has rw, subpath=, exec, dev and suid, and no other options",
                            text);
        if (!volume->target)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has no target; write target=…", text);
        if (!value_volume_parse(line, &parsed, error))
                return false;
        if (value->type == MOUNT_TYPE_VOLUME && value->subpath && (!volume->source || volume->overlay))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s': subpath= is a part of a volume that has a name, without the option O",
                            text);
        if (value->type == MOUNT_TYPE_VOLUME && volume->source && parsed->kind == VOLUME_PATH)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not the name of a volume; write type=bind for a path", volume->source);
        return true;
}

bool value_mount_parse(const char *text, MountValue **ret_value, GError **error) {
        g_autoptr(MountValue) value = g_new0(MountValue, 1);
        g_auto(GStrv) fields = g_strsplit(text, ",", -1);

        value->type = MOUNT_TYPE_VOLUME;
        for (char **field = fields; *field; field++)
                if (g_str_has_prefix(*field, "type=") && !take_type(value, *field + strlen("type="), error))
                        return false;
        value->volume.read_only = value->type == MOUNT_TYPE_IMAGE; /* unless it says otherwise */
        for (char **field = fields; *field; field++)
                if (!take(value, *field, error))
                        return false;
        if (!check(value, text, error))
                return false;
        value->volume.kind = value->type == MOUNT_TYPE_BIND     ? VOLUME_PATH
                             : value->volume.source == NULL     ? VOLUME_ANONYMOUS
                             : value->type == MOUNT_TYPE_VOLUME ? VOLUME_NAMED
                                                                : VOLUME_PATH;
        *ret_value = g_steal_pointer(&value);
        return true;
}
