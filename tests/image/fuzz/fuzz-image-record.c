/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a record: refused, or every string of it can be read, and it prints to the same bytes again. The corpus is
 * made by the target itself from text: lines become the fields of a record. */

#include "image/record.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_list(const char *const *list) {
        for (; *list; list++)
                g_assert_true(g_utf8_validate(*list, -1, NULL));
}

static void check(GBytes *bytes) {
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        if (!image_record_parse(bytes, &record, &error)) {
                g_assert_nonnull(error);
                return;
        }
        read_list(record->layers);
        read_list(record->blobs);
        read_list(record->environment);
        read_list(record->labels);
        g_autoptr(GBytes) printed = image_record_print(record);
        g_autoptr(ImageRecord) again = NULL;
        g_assert_true(image_record_parse(printed, &again, &error));
        g_assert_cmpstr(again->user, ==, record->user);
        g_assert_cmpstrv(again->layers, record->layers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(GBytes) bytes = g_bytes_new(data, size);
        check(bytes);

        g_autofree char *text = g_utf8_make_valid((const char *) data, (gssize) MIN(size, 4096));
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        const char *const *list = (const char *const *) lines;
        ImageRecord fields = {
                .digest = lines[0], .layers = list, .blobs = list, .environment = list, .user = lines[0]};
        g_autoptr(GBytes) printed = image_record_print(&fields);
        check(printed);
        return 0;
}
