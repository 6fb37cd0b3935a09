/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The command line of a unit, an option a line, so that `systemctl cat` can be read. */

#include "generator/service-command.h"

#include "spec/key-options.h"
#include "spec/text.h"
#include "spec/unit-words.h"

#define NEXT_LINE " \\\n" SERVICE_COMMAND_INDENT

static void append_option(GString *text, const Key *key, const char *value) {
        text_append(text, NEXT_LINE);
        if (value)
                unit_words_quote_option(text, key->option, value, UNIT_WORDS_EXPAND);
        else {
                text_append(text, "--");
                text_append(text, key->option);
        }
}

static void append_options(const Key *key, const void *spec, GString *text) {
        if (key_kind(key) == KEY_KIND_TEXT)
                append_option(text, key, *key_text(key, spec));
        else if (key_kind(key) == KEY_KIND_TRISTATE)
                append_option(text, key, *key_tristate(key, spec) == TRISTATE_YES ? NULL : "false");
        else {
                const GPtrArray *list = *key_list(key, spec);

                for (guint i = 0; i < list->len; i++)
                        append_option(text, key, list->pdata[i]);
        }
}

void service_command_print(const KeyTable *table, const void *spec, const char *command, GString *text) {
        const char *separator = NEXT_LINE;

        text_append(text, "ExecStart=");
        text_append(text, command);
        for (const Key *key = NULL; (key = key_table_next_set(table, spec, key));)
                if (key->option && key->effect != KEY_UNIT)
                        append_options(key, spec, text);
        g_autoptr(GPtrArray) words = key_options_words(table, spec);
        for (guint i = 0; i < words->len; i++) {
                text_append(text, separator);
                unit_words_quote(text, words->pdata[i], UNIT_WORDS_EXPAND);
                separator = " ";
        }
        g_string_append_c(text, '\n');
}
