/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A record file is a GVariant of type (uv): the version of its format, which every Wolffia can read, and the fields,
 * whose type belongs to that version. */

#include "image/record.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>

enum { RECORD_VERSION = 2, RECORD_SIZE_MAX = 16 << 20 };

/* The fields in the order of the file. A change here is a new version. */
static const struct {
        const char *type;
        size_t offset;
} fields_in_order[] = {
        {"s", offsetof(ImageRecord, digest)},       {"s", offsetof(ImageRecord, manifest)},
        {"s", offsetof(ImageRecord, architecture)}, {"s", offsetof(ImageRecord, created)},
        {"as", offsetof(ImageRecord, layers)},      {"as", offsetof(ImageRecord, blobs)},
        {"as", offsetof(ImageRecord, entrypoint)},  {"as", offsetof(ImageRecord, command)},
        {"as", offsetof(ImageRecord, environment)}, {"as", offsetof(ImageRecord, volumes)},
        {"as", offsetof(ImageRecord, ports)},       {"as", offsetof(ImageRecord, labels)},
        {"s", offsetof(ImageRecord, user)},         {"s", offsetof(ImageRecord, working_directory)},
        {"s", offsetof(ImageRecord, stop_signal)},  {"as", offsetof(ImageRecord, health)},
};
#define RECORD_TYPE "(ssssasasasasasasasassssas)"

static bool is_list(size_t index) {
        return fields_in_order[index].type[0] == 'a';
}

void image_record_free(ImageRecord *record) {
        if (!record)
                return;
        /* The strings belong to the variant, the arrays that point at them are ours. */
        for (size_t i = 0; i < G_N_ELEMENTS(fields_in_order); i++)
                if (is_list(i))
                        g_free(G_STRUCT_MEMBER(gpointer, record, fields_in_order[i].offset));
        if (record->variant)
                g_variant_unref(record->variant);
        g_free(record);
}

static void read_fields(ImageRecord *record) {
        for (size_t i = 0; i < G_N_ELEMENTS(fields_in_order); i++) {
                g_autoptr(GVariant) child = g_variant_get_child_value(record->variant, i);
                size_t offset = fields_in_order[i].offset;

                /* A child of a serialised variant shares its parent's memory, so the text outlives the child. */
                if (is_list(i))
                        G_STRUCT_MEMBER(const char **, record, offset) = g_variant_get_strv(child, NULL);
                else
                        G_STRUCT_MEMBER(const char *, record, offset) = g_variant_get_string(child, NULL);
        }
}

bool image_record_parse(GBytes *bytes, ImageRecord **ret_record, GError **error) {
        g_autoptr(GVariant) outer = g_variant_new_from_bytes(G_VARIANT_TYPE("(uv)"), bytes, FALSE);
        g_variant_ref_sink(outer);

        guint32 version;
        g_autoptr(GVariant) child = g_variant_get_child_value(outer, 0);
        version = g_variant_get_uint32(child);
        if (version != RECORD_VERSION)
                return fail(
                        error, WOLFFIA_ERROR_SYNTAX,
                        "The image's record has format %u, this Wolffia knows %d; import or pull the image again",
                        version, RECORD_VERSION);

        g_autoptr(GVariant) box = g_variant_get_child_value(outer, 1);
        g_autoptr(GVariant) inner = g_variant_get_variant(box);
        /* The depth of the type is checked first: is_normal_form() descends into whatever type the file claims. */
        if (!g_variant_is_of_type(inner, G_VARIANT_TYPE(RECORD_TYPE)) || !g_variant_is_normal_form(outer))
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "The image's record is damaged; import or pull the image again");

        ImageRecord *record = g_new0(ImageRecord, 1);
        record->variant = g_steal_pointer(&inner);
        read_fields(record);
        *ret_record = record;
        return true;
}

bool image_record_load(int dir_fd, const char *path, ImageRecord **ret_record, GError **error) {
        autofd int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);

        g_autoptr(GError) failure = NULL;
        g_autoptr(GMappedFile) file = g_mapped_file_new_from_fd(fd, FALSE, &failure);
        if (!file)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "Cannot map %s: %s", path, failure->message);
        if (g_mapped_file_get_length(file) > RECORD_SIZE_MAX)
                return fail_errno(error, EFBIG, "Cannot read %s", path);

        g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
        return image_record_parse(bytes, ret_record, error) || fail_prefix(error, "%s", path);
}

static GVariant *print_list(const char *const *list) {
        static const char *const empty[] = {NULL};

        return g_variant_new_strv(list ? list : empty, -1);
}

GBytes *image_record_print(const ImageRecord *fields) {
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(RECORD_TYPE));

        for (size_t i = 0; i < G_N_ELEMENTS(fields_in_order); i++) {
                size_t offset = fields_in_order[i].offset;

                if (is_list(i)) {
                        g_variant_builder_add_value(
                                &builder, print_list(G_STRUCT_MEMBER(const char *const *, fields, offset)));
                } else {
                        const char *text = G_STRUCT_MEMBER(const char *, fields, offset);
                        g_variant_builder_add_value(&builder, g_variant_new_string(text ? text : ""));
                }
        }

        g_autoptr(GVariant) outer = g_variant_ref_sink(
                g_variant_new("(uv)", (guint32) RECORD_VERSION, g_variant_builder_end(&builder)));
        return g_variant_get_data_as_bytes(outer);
}
