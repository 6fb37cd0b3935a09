/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [Volume]: its table, and what spans several of its keys. */

#include "spec/volume-spec.h"

#include "base/error.h"
#include "spec/container-checks.h"
#include "spec/key-common.h"
#include "spec/value-user.h"

#include <string.h>

static bool check_driver(const char *value, GError **error) {
        if (g_str_equal(value, "local") || g_str_equal(value, "image"))
                return true;
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "'%s' is not known; local, which is the default, and image are", value);
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
        {"VolumeName", NULL, 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(name), "NAME", "name of the volume"},
        {"Driver", "driver", 0, KEY_SINGLE_EMPTY, KEY_WORKS, check_driver,
         FIELD(driver), "DRIVER", "local, or image"},
        {"Image", "opt=image", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(image), "IMAGE", "with Driver=image: what is in the volume"},
        {"Device", "opt=device", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(device), "DEVICE", "what is mounted; a folder with Type=bind"},
        {"Type", "opt=type", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(type), "TYPE", "file system of the device: bind, tmpfs, …"},
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
        {"Copy", "opt=copy", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(copy), NULL, "an empty volume gets the image's files; the default"},
        {"Label", "label", 'l', KEY_MAP, KEY_WORKS, check_pair,
         FIELD(labels), "NAME=VALUE", "metadata"},
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

static bool adjust_image(const KeyLoad *load, char **value, GError **error) {
        return reference_image(load->references, value, error);
}

static const KeyAdjustment adjustments[] = {
        {FIELD(image), adjust_image},
        {KEY_NO_FIELD, NULL},
};

/* User= and Group= go in front of the other options, which may say otherwise. */
static void take(KeyLoad *load, const Key *key) {
        const char *name = g_str_equal(key->key, "User")    ? "uid"
                           : g_str_equal(key->key, "Group") ? "gid"
                                                            : NULL;
        VolumeSpec *spec = load->spec;
        g_autoptr(GError) error = NULL;

        if (!name)
                return;
        g_autofree char *value = key_load_unquote(load->assignment->value);
        if (!strpbrk(value, "%$") && !check_id(value, &error)) {
                key_load_report(load, PROBLEM_ERROR, error->message);
                return;
        }
        g_autofree char *options = g_strdup_printf("%s=%s%s%s", name, value, spec->options ? "," : "",
                                                   spec->options ? spec->options : "");
        g_free(spec->options);
        spec->options = g_steal_pointer(&options);
}

static void check(KeyLoad *load) {
        VolumeSpec *spec = load->spec;

        if (g_strcmp0(spec->driver, "image") == 0) {
                if (!spec->image)
                        key_load_report_key(load, PROBLEM_ERROR, "Driver",
                                            "a volume from an image needs Image=");
                return;
        }
        if (spec->image)
                key_load_report_key(load, PROBLEM_ERROR, "Image", "it goes with Driver=image only");
        if (spec->type && !spec->device)
                key_load_report_key(load, PROBLEM_ERROR, "Type", "it needs Device=, what is to be mounted");
        if (spec->device && *spec->device == '/' && g_strcmp0(spec->type, "bind") == 0)
                references_add_path(load->references, spec->device);
}

const KeyLoader volume_loader = {
        .table = &volume_key_table,
        .adjustments = adjustments,
        .take = take,
        .check = check,
        .is_optional = true,
};
