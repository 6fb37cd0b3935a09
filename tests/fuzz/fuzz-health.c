/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text as a health check and as an entry point: it is refused with a reason, or there is something to run. */

#include "spec/value-health.h"
#include "spec/value-json-list.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const char *text) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        bool is_utf8 = g_utf8_validate(text, -1, NULL);

        if (!value_json_list_parse(text, words, NULL))
                g_assert_cmpuint(words->len, ==, 0);
        for (guint i = 0; i < words->len; i++)
                g_assert_true(!is_utf8 || g_utf8_validate(words->pdata[i], -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_autoptr(HealthCommand) command = NULL;
        g_autoptr(GError) error = NULL;

        check_list(text);
        if (!value_health_parse(text, &command, &error)) {
                g_assert_nonnull(error);
                return 0;
        }
        g_assert_no_error(error);
        g_assert_true(command->kind == HEALTH_NONE || command->words->len > 0);
        g_assert_true(command->kind != HEALTH_SHELL || command->words->len == 1);
        return 0;
}
