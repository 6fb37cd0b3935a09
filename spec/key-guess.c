/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guessing keys. Options need no list: the table has them. */

#include "spec/key-guess.h"

#include <string.h>

/* Of Compose files, in small letters and without "_". */
static const struct {
        const char *word;
        const char *key; /* NULL: TEXT counts */
        const char *text;
} words[] = {
        {"args", "Exec", NULL},
        {"cmd", "Exec", NULL},
        {"command", "Exec", NULL},
        {"dependson", NULL, "Requires= and After= in [Unit]"},
        {"devices", "AddDevice", NULL},
        {"extrahosts", "AddHost", NULL},
        {"healthcheck", "HealthCmd", NULL},
        {"hosts", "AddHost", NULL},
        {"port", "PublishPort", NULL},
        {"ports", "PublishPort", NULL},
        {"restartpolicy", NULL, "Restart= in [Service]"},
};

/* "cap-add", "Cap_Add" → "capadd". Caller frees. */
static char *plain(const char *word) {
        GString *text = g_string_new(NULL);

        for (const char *p = word; *p; p++)
                if (g_ascii_isalnum(*p))
                        g_string_append_c(text, g_ascii_tolower(*p));
        return g_string_free(text, FALSE);
}

static char *guess_word(const KeyTable *table, const char *word) {
        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                if (g_str_equal(word, words[i].word) &&
                    (!words[i].key || key_table_find(table, words[i].key)))
                        return words[i].key ? g_strconcat(words[i].key, "=", NULL) : g_strdup(words[i].text);
        return NULL;
}

static char *guess_option(const KeyTable *table, const char *word) {
        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];
                g_autofree char *option = key->option ? plain(key->option) : NULL;

                if (!option || !g_str_equal(word, option) || key->effect == KEY_REFUSED)
                        continue;
                if (key->key)
                        return g_strconcat(key->key, "=", NULL);
                if (key_table_find(table, "PodmanArgs"))
                        return g_strdup_printf("PodmanArgs=--%s%s%s", key->option,
                                               key->metavariable ? "=" : "",
                                               key->metavariable ? key->metavariable : "");
        }
        return NULL;
}

char *key_guess(const KeyTable *table, const char *word) {
        g_autofree char *small = plain(word);
        char *guess = guess_word(table, small);

        if (!guess)
                guess = guess_option(table, small);
        if (guess)
                return guess;
        const char *nearest = key_table_nearest(table, word);
        return nearest ? g_strconcat(nearest, "=", NULL) : NULL;
}
