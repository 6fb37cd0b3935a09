/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [Volume]: its table, and what spans several of its keys. */

#include "spec/volume-spec.h"

#include "base/error.h"
#include "spec/container-checks.h"
#include "spec/key-common.h"
#include "spec/value-basic.h"
#include "spec/value-user.h"

#include <string.h>

static bool check_driver(const char *value, GError **error) {
        if (g_str_equal(value, "local") || g_str_equal(value, "image"))
                return true;
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "'%s' is not known; local, which is the default, and image are", value);
}

/* What a user can mount. */
static bool check_type(const char *value, GError **error) {
        if (g_str_equal(value, "bind") || g_str_equal(value, "none") || g_str_equal(value, "tmpfs"))
                return true;
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "only root can mount a file system of type '%s'; let /etc/fstab mount it, and name its folder: "
                "Type=bind, Device=/the/folder",
                value);
}

static bool check_id(const char *value, GError **error) {
        guint32 id;

        if (value_id_parse(value, &id))
                return true;
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is not a number; names of users are not known here, write the id", value);
}

#define FIELD(name) offsetof(VolumeSpec, name)

/* clang-format off */
static const Key volume_keys[] = {
        {"VolumeName", NULL, 0, KEY_SINGLE, KEY_WORKS, check_name_volume,
         FIELD(name), "NAME", "name of the volume"},
        {"Driver", "driver", 0, KEY_SINGLE_EMPTY, KEY_WORKS, check_driver,
         FIELD(driver), "DRIVER", "local, or image: made with the files of Image="},
        {"Image", "opt=image", 0, KEY_SINGLE, KEY_WORKS, check_image,
         FIELD(image), "IMAGE", "whose files the volume is made with"},
        {"Device", "opt=device", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(device), "DEVICE", "what is mounted; a folder with Type=bind"},
        {"Type", "opt=type", 0, KEY_SINGLE, KEY_WORKS, check_type,
         FIELD(type), "TYPE", "bind: the folder Device=; tmpfs: memory"},
        {"Options", "opt=o", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(options), "OPTION,…", "mount options"},
        {"User", NULL, 0, KEY_SINGLE, KEY_WORKS, check_id,
         KEY_NO_FIELD, "ID", "owner of the mount, as option uid="},
        {"Group", NULL, 0, KEY_SINGLE, KEY_WORKS, check_id,
         KEY_NO_FIELD, "ID", "group of the mount, as option gid="},
        {"UID", "uid", 0, KEY_SINGLE_EMPTY, KEY_WORKS, check_id,
         FIELD(uid), "ID", "owner of the volume's folder, an id inside"},
        {"GID", "gid", 0, KEY_SINGLE_EMPTY, KEY_WORKS, check_id,
         FIELD(gid), "ID", "group of the volume's folder, an id inside"},
        {"Copy", NULL, 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         KEY_NO_FIELD, NULL, "an empty volume gets the image's files; the default"},
        {"Label", "label", 'l', KEY_MAP, KEY_WORKS, check_pair,
         FIELD(labels), "NAME=VALUE", "metadata"},
        {NULL, "opt", 'o', KEY_LINES, KEY_WORKS, NULL,
         FIELD(further), "OPTION", "further options: copy, nocopy"},
        {NULL, "ignore", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(ignore), NULL, "leave a volume that is there as it is"},
        {NULL, "unit", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(unit), "UNIT", "name of the systemd unit, for messages"},
        KEY_COMMON_ROWS,
};
/* clang-format on */

static KeyIndex key_index;

const KeyTable volume_key_table = {
        .section = "Volume",
        .keys = volume_keys,
        .count = G_N_ELEMENTS(volume_keys),
        .spec_size = sizeof(VolumeSpec),
        .index = &key_index,
};

VolumeSpec *volume_spec_new(void) {
        return key_table_new_spec(&volume_key_table);
}

void volume_spec_free(VolumeSpec *spec) {
        key_table_free_spec(&volume_key_table, spec);
}

static void take_id(KeyLoad *load, const char *name, const char *value) {
        VolumeSpec *spec = load->spec;
        g_autoptr(GError) error = NULL;

        if (!strpbrk(value, "%$") && !check_id(value, &error)) {
                key_load_report(load, PROBLEM_ERROR, error->message);
                return;
        }
        /* In front of the other options, which may say otherwise. */
        char *options = g_strdup_printf("%s=%s%s%s", name, value, spec->options ? "," : "",
                                        spec->options ? spec->options : "");
        g_free(spec->options);
        spec->options = options;
}

static void take_copy(KeyLoad *load, const char *value) {
        VolumeSpec *spec = load->spec;
        g_autoptr(GError) error = NULL;
        bool yes;

        if (value_boolean_parse(value, &yes, &error))
                g_ptr_array_add(spec->further, g_strdup(yes ? "copy" : "nocopy"));
        else
                key_load_report(load, PROBLEM_ERROR, error->message);
}

static void take(KeyLoad *load, const Key *key) {
        g_autofree char *value = key_load_unquote(load->assignment->value);

        if (g_str_equal(key->key, "User"))
                take_id(load, "uid", value);
        else if (g_str_equal(key->key, "Group"))
                take_id(load, "gid", value);
        else if (g_str_equal(key->key, "Copy"))
                take_copy(load, value);
}

static bool adjust_image(const KeyLoad *load, char **value, GError **error) {
        return reference_image(load->references, value, error);
}

static const KeyAdjustment adjustments[] = {
        {FIELD(image), adjust_image},
        {KEY_NO_FIELD, NULL},
};

/* Podman does not look at the keys of the other driver. */
static void report_without_effect(KeyLoad *load, const char *key, const char *text) {
        if (unit_file_value(load->unit, "Volume", key))
                key_load_report_key(load, PROBLEM_WARNING, key, text);
}

static void check_driver_keys(KeyLoad *load) {
        static const char *const of_folders[] = {"Device", "Type", "Options", "User", "Group", "Copy"};
        VolumeSpec *spec = load->spec;

        if (g_strcmp0(spec->driver, "image") != 0) {
                report_without_effect(load, "Image", "it has no effect without Driver=image");
                g_clear_pointer(&spec->image, g_free);
                return;
        }
        if (!spec->image)
                key_load_report_key(load, PROBLEM_ERROR, "Driver",
                                    "it needs Image=, whose files the volume is made with");
        for (size_t i = 0; i < G_N_ELEMENTS(of_folders); i++)
                report_without_effect(load, of_folders[i], "it has no effect with Driver=image");
        g_clear_pointer(&spec->device, g_free);
        g_clear_pointer(&spec->type, g_free);
        g_clear_pointer(&spec->options, g_free);
        g_ptr_array_set_size(spec->further, 0);
}

static void check(KeyLoad *load) {
        VolumeSpec *spec = load->spec;

        check_driver_keys(load);
        bool is_bind = g_strcmp0(spec->type, "bind") == 0 || g_strcmp0(spec->type, "none") == 0;

        if (is_bind && !spec->device)
                key_load_report_key(load, PROBLEM_ERROR, "Type", "it needs Device=, the folder");
        if (spec->device && !spec->type)
                key_load_report_key(load, PROBLEM_ERROR, "Device", "it needs Type=bind beside it");
        if (is_bind && spec->device && *spec->device == '/')
                references_add_path(load->references, spec->device);
}

const KeyLoader volume_loader = {
        .table = &volume_key_table,
        .adjustments = adjustments,
        .take = take,
        .check = check,
        .is_optional = true,
};
