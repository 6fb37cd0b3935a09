/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text for each grammar: it is taken, or refused with a reason that is UTF-8 where the text was. */

#include "spec/build-spec.h"
#include "spec/container-checks.h"
#include "spec/container-keys.h"
#include "spec/image-spec.h"
#include "spec/network-spec.h"
#include "spec/pod-spec.h"
#include "spec/value-basic.h"
#include "spec/value-port.h"
#include "spec/volume-spec.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_mapping(const char *text) {
        g_autoptr(PortMapping) mapping = NULL;

        if (!value_port_parse(text, &mapping, NULL))
                return;
        g_assert_cmpuint(mapping->container_first, >=, 1);
        g_assert_cmpuint(mapping->container_last, >=, mapping->container_first);
        g_assert_cmpuint(mapping->host_last, >=, mapping->host_first);
}

static const KeyTable *const tables[] = {&container_key_table, &volume_key_table, &network_key_table,
                                         &pod_key_table,       &image_key_table,  &build_key_table};

static void check_table(const KeyTable *table, const char *text, bool is_utf8) {
        for (size_t i = 0; i < table->count; i++) {
                g_autoptr(GError) error = NULL;

                if (!table->keys[i].check || table->keys[i].check(text, &error)) {
                        g_assert_no_error(error);
                        continue;
                }
                g_assert_nonnull(error);
                g_assert_true(!is_utf8 || g_utf8_validate(error->message, -1, NULL));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        bool is_utf8 = g_utf8_validate(text, -1, NULL), yes;
        guint64 number;

        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
                check_table(tables[i], text, is_utf8);
        check_mapping(text);
        (void) value_boolean_parse(text, &yes, NULL);
        (void) value_size_parse(text, &number, NULL);
        (void) key_table_nearest(&container_key_table, text);
        (void) key_table_find(&container_key_table, text);
        (void) key_table_find_option(&container_key_table, text, NULL);
        return 0;
}
