/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "image/record.h"
#include "tests/lib/scratch.h"

#include <string.h>

static const char *const two[] = {"one", "zwei ü", NULL};

static GBytes *make(void) {
        ImageRecord fields = {
                .digest = "sha256:1",
                .manifest = "sha256:2",
                .architecture = "amd64",
                .created = "2024",
                .layers = two,
                .blobs = two,
                .command = two,
                .environment = two,
                .user = "app",
                .stop_signal = "SIGQUIT",
        };
        return image_record_print(&fields);
}

static void check(const ImageRecord *record) {
        g_assert_cmpstr(record->digest, ==, "sha256:1");
        g_assert_cmpstr(record->manifest, ==, "sha256:2");
        g_assert_cmpstr(record->user, ==, "app");
        g_assert_cmpstr(record->stop_signal, ==, "SIGQUIT");
        g_assert_cmpstr(record->working_directory, ==, "");
        g_assert_cmpstrv(record->layers, two);
        g_assert_cmpstrv(record->environment, two);
        g_assert_nonnull(record->entrypoint);
        g_assert_null(record->entrypoint[0]);
        g_assert_null(record->labels[0]);
}

static void test_what_is_printed_is_parsed(void) {
        g_autoptr(GBytes) bytes = make();
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(image_record_parse(bytes, &record, &error));
        g_assert_no_error(error);
        /* The record keeps what it points at. */
        g_clear_pointer(&bytes, g_bytes_unref);
        check(record);
}

static void test_a_file_is_mapped(Scratch *scratch, gconstpointer data) {
        g_autoptr(GBytes) bytes = make();
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *path = scratch_path(scratch, "record");

        g_assert_true(g_file_set_contents(path, g_bytes_get_data(bytes, NULL),
                                          (gssize) g_bytes_get_size(bytes), &error));
        g_assert_true(image_record_load(scratch->fd, "record", &record, &error));
        g_assert_no_error(error);
        check(record);
}

static void test_what_is_not_there(Scratch *scratch, gconstpointer data) {
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(image_record_load(scratch->fd, "nothing", &record, &error));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
        g_clear_error(&error);
        scratch_write(scratch, "empty", "");
        g_assert_false(image_record_load(scratch->fd, "empty", &record, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_SYNTAX);
        g_clear_error(&error);
        scratch_write(scratch, "folder", NULL);
        g_assert_false(image_record_load(scratch->fd, "folder", &record, &error));
        g_assert_nonnull(error);
}

static void test_another_version_says_what_to_do(void) {
        g_autoptr(GVariant) other = g_variant_ref_sink(g_variant_new("(uv)", 7u, g_variant_new_string("x")));
        g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(other);
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(image_record_parse(bytes, &record, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_SYNTAX);
        g_assert_nonnull(strstr(error->message, "format 7"));
        g_assert_nonnull(strstr(error->message, "import or pull the image again"));
}

static void test_another_type_is_damage(void) {
        g_autoptr(GVariant) other = g_variant_ref_sink(g_variant_new("(uv)", 2u, g_variant_new_string("x")));
        g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(other);
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(image_record_parse(bytes, &record, &error));
        g_assert_nonnull(strstr(error->message, "damaged"));
}

/* Each byte in turn: an error, or a record whose every string can be read. */
static void test_any_damage_is_survived(void) {
        g_autoptr(GBytes) bytes = make();
        gsize size;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        guint refused = 0;

        for (gsize i = 0; i < size; i++) {
                g_autofree guint8 *copy = g_memdup2(data, size);
                copy[i] ^= 0xff;
                g_autoptr(GBytes) damaged = g_bytes_new(copy, size);
                g_autoptr(ImageRecord) record = NULL;
                if (!image_record_parse(damaged, &record, NULL)) {
                        refused++;
                        continue;
                }
                for (const char *const *layer = record->layers; *layer; layer++)
                        g_assert_true(g_utf8_validate(*layer, -1, NULL));
        }
        g_assert_cmpuint(refused, >, size / 2);

        for (gsize length = 0; length < size; length++) {
                g_autoptr(GBytes) cut = g_bytes_new(data, length);
                g_autoptr(ImageRecord) record = NULL;
                (void) image_record_parse(cut, &record, NULL);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/image-record/what-is-printed-is-parsed", test_what_is_printed_is_parsed);
        scratch_test_add("/image-record/a-file-is-mapped", test_a_file_is_mapped);
        scratch_test_add("/image-record/what-is-not-there", test_what_is_not_there);
        g_test_add_func("/image-record/another-version-says-what-to-do",
                        test_another_version_says_what_to_do);
        g_test_add_func("/image-record/another-type-is-damage", test_another_type_is_damage);
        g_test_add_func("/image-record/any-damage-is-survived", test_any_damage_is_survived);
        return g_test_run();
}
