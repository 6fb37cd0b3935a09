/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as an image's configuration, and as a line that changes one: what is read prints as a record that can be
 * read. */

#include "image/config.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_config(const char *text, size_t size) {
        ImageManifest manifest = {.digest = (char *) "", .config = (char *) "sha256:1"};
        g_autoptr(ImageConfig) config = NULL;
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        for (guint layers = 0; layers < 3; layers++) {
                manifest.layers = g_ptr_array_new();
                for (guint i = 0; i < layers; i++)
                        g_ptr_array_add(manifest.layers, (void *) "sha256:2");
                bool done = image_config_parse(text, size, &manifest, "amd64", &config, NULL);
                g_ptr_array_unref(manifest.layers);
                if (done)
                        break;
        }
        if (!config)
                return;
        g_autoptr(GBytes) bytes = image_record_print(&config->fields);
        g_assert_true(image_record_parse(bytes, &record, &error));
}

static void check_change(const char *line) {
        g_autoptr(JsonObject) settings = image_config_new_settings();

        if (!image_config_change(settings, line, NULL))
                return;
        g_autofree char *text = image_config_print(settings, "amd64", "sha256:1");
        check_config(text, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);

        check_config(text, strlen(text));
        check_change(text);
        return 0;
}
