/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text for EnvironmentFile=: what comes out is what execve(2) takes, each name once. */

#include "runner/environment.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_autoptr(GPtrArray) environment = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        environment_parse_file(text, environment);
        for (guint i = 0; i < environment->len; i++) {
                const char *entry = environment->pdata[i], *equals = strchr(entry, '=');
                g_assert_true(equals && equals > entry);
                g_assert_null(strchr(entry, '\n'));
                char *name = g_strndup(entry, (gsize) (equals - entry));
                g_assert_cmpstr(environment_find(environment, name), ==, equals + 1);
                g_assert_true(g_hash_table_add(names, name));
        }
        return 0;
}
