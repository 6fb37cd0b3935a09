/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any line as words: what can be split is quoted, and must split into the same words again. */

#include "spec/unit-words.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) plain = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) back = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GString) line = g_string_new(NULL);

        (void) unit_words_split_plain(text, plain, NULL);
        if (!unit_words_split(text, words, NULL))
                return 0;
        for (guint i = 0; i < words->len; i++) {
                unit_words_quote(line, words->pdata[i], UNIT_WORDS_EXPAND);
                g_string_append_c(line, ' ');
        }
        g_assert_true(unit_words_split(line->str, back, NULL));
        g_assert_cmpuint(back->len, ==, words->len);
        for (guint i = 0; i < words->len; i++)
                g_assert_cmpstr(back->pdata[i], ==, words->pdata[i]);
        return 0;
}
