/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A key file, so that a person can read it. Most volumes have none. */

#include "volume/record.h"

#include "base/error.h"
#include "base/path.h"
#include "spec/value-basic.h"
#include "spec/value-user.h"

#include <string.h>

#define SECTION "Volume"

VolumeRecord *volume_record_new(const char *name) {
        VolumeRecord *record = g_new0(VolumeRecord, 1);

        record->name = g_strdup(name);
        record->labels = g_ptr_array_new_with_free_func(g_free);
        return record;
}

void volume_record_free(VolumeRecord *record) {
        if (!record)
                return;
        g_free(record->name);
        g_free(record->path);
        g_free(record->device);
        g_free(record->image);
        g_free(record->options);
        g_ptr_array_unref(record->labels);
        g_free(record);
}

static bool take_type(VolumeRecord *record, const char *type, GError **error) {
        if (g_str_equal(type, "tmpfs"))
                record->source = VOLUME_SOURCE_TMPFS;
        else if (g_str_equal(type, "bind") || g_str_equal(type, "none"))
                record->source = VOLUME_SOURCE_BIND;
        else
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "only root can mount a file system of type '%s'; let /etc/fstab mount it (option "
                        "user or x-systemd.automount) and name its folder: Type=bind, Device=/the/folder",
                        type);
        return true;
}

static bool take_id(const char *text, bool *ret_has, guint32 *ret_id, GError **error) {
        if (!value_id_parse(text, ret_id))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not the number of a user or group", text);
        *ret_has = true;
        return true;
}

/* o=: what is not ours is for the mount. */
static bool take_mount_options(VolumeRecord *record, const char *text, GError **error) {
        g_auto(GStrv) words = g_strsplit(text, ",", -1);
        GString *rest = g_string_new(record->options);

        for (char **word = words; *word; word++) {
                bool fine = true;

                if (g_str_has_prefix(*word, "uid="))
                        fine = take_id(*word + 4, &record->has_uid, &record->uid, error);
                else if (g_str_has_prefix(*word, "gid="))
                        fine = take_id(*word + 4, &record->has_gid, &record->gid, error);
                else if (g_str_equal(*word, "bind") || g_str_equal(*word, "rbind"))
                        record->source = VOLUME_SOURCE_BIND;
                else if (**word)
                        g_string_append_printf(rest, "%s%s", rest->len > 0 ? "," : "", *word);
                if (!fine) {
                        g_string_free(rest, TRUE);
                        return false;
                }
        }
        g_free(record->options);
        record->options = g_string_free(rest, rest->len == 0);
        return true;
}

bool volume_record_take_option(VolumeRecord *record, const char *option, GError **error) {
        const char *equals = strchr(option, '=');
        g_autofree char *name = equals ? g_strndup(option, (gsize) (equals - option)) : g_strdup(option);
        const char *value = equals ? equals + 1 : "";

        if (g_str_equal(name, "type"))
                return take_type(record, value, error);
        if (g_str_equal(name, "o"))
                return take_mount_options(record, value, error);
        if (g_str_equal(name, "device")) {
                g_free(record->device);
                record->device = g_strdup(value);
                return true;
        }
        if (g_str_equal(name, "image")) {
                g_free(record->image);
                record->image = g_strdup(value);
                return true;
        }
        if (g_str_equal(name, "copy") || g_str_equal(name, "nocopy")) {
                bool yes = true;
                if (equals && !value_boolean_parse(value, &yes, error))
                        return false;
                record->no_copy = (name[0] == 'n') == yes;
                return true;
        }
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is not an option of volumes; type=, device=, image=, o=, copy and nocopy are",
                    option);
}

bool volume_record_check(const VolumeRecord *record, GError **error) {
        if (record->source == VOLUME_SOURCE_BIND && (!record->device || record->device[0] != '/'))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "a volume of type bind needs a folder: Device=/the/folder");
        if (record->source == VOLUME_SOURCE_FOLDER && record->device)
                return fail(error, WOLFFIA_ERROR_VALUE, "Device=%s needs Type=bind beside it",
                            record->device);
        if (record->image && record->source != VOLUME_SOURCE_FOLDER)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "a volume with the files of an image is a folder of its own, without Type= and Device=");
        return true;
}

char *volume_record_data_path(const VolumeRecord *record) {
        if (record->source == VOLUME_SOURCE_BIND)
                return g_strdup(record->device);
        return g_build_filename(record->path, "data", NULL);
}

static const char *const source_names[] = {
        [VOLUME_SOURCE_FOLDER] = NULL,
        [VOLUME_SOURCE_BIND] = "bind",
        [VOLUME_SOURCE_TMPFS] = "tmpfs",
};

static void set(GKeyFile *file, const char *key, const char *value) {
        if (value)
                g_key_file_set_string(file, SECTION, key, value);
}

char *volume_record_print(const VolumeRecord *record) {
        g_autoptr(GKeyFile) file = g_key_file_new();

        set(file, "Type", source_names[record->source]);
        set(file, "Device", record->device);
        set(file, "Image", record->image);
        set(file, "Options", record->options);
        if (record->no_copy)
                g_key_file_set_boolean(file, SECTION, "Copy", FALSE);
        if (record->has_uid)
                g_key_file_set_uint64(file, SECTION, "UID", record->uid);
        if (record->has_gid)
                g_key_file_set_uint64(file, SECTION, "GID", record->gid);
        if (record->labels->len > 0)
                g_key_file_set_string_list(file, SECTION, "Label",
                                           (const char *const *) record->labels->pdata, record->labels->len);
        if (!g_key_file_has_group(file, SECTION))
                return NULL;
        return g_key_file_to_data(file, NULL, NULL);
}

static void get_id(GKeyFile *file, const char *key, bool *ret_has, guint32 *ret_id) {
        g_autofree char *text = g_key_file_get_string(file, SECTION, key, NULL);

        *ret_has = text && value_id_parse(text, ret_id);
}

bool volume_record_parse(VolumeRecord *record, const char *text, GError **error) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autoptr(GError) failure = NULL;

        if (!g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, &failure))
                return fail(error, WOLFFIA_ERROR_SYNTAX, "Volume %s: its options cannot be read: %s",
                            record->name, failure->message);
        g_autofree char *type = g_key_file_get_string(file, SECTION, "Type", NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(source_names); i++)
                if (type && g_strcmp0(type, source_names[i]) == 0)
                        record->source = (VolumeSource) i;
        record->device = g_key_file_get_string(file, SECTION, "Device", NULL);
        record->image = g_key_file_get_string(file, SECTION, "Image", NULL);
        record->options = g_key_file_get_string(file, SECTION, "Options", NULL);
        record->no_copy = g_key_file_has_key(file, SECTION, "Copy", NULL) &&
                          !g_key_file_get_boolean(file, SECTION, "Copy", NULL);
        get_id(file, "UID", &record->has_uid, &record->uid);
        get_id(file, "GID", &record->has_gid, &record->gid);

        g_auto(GStrv) labels = g_key_file_get_string_list(file, SECTION, "Label", NULL, NULL);
        for (char **label = labels; label && *label; label++)
                g_ptr_array_add(record->labels, g_strdup(*label));
        return volume_record_check(record, error) || fail_prefix(error, "Volume %s", record->name);
}
