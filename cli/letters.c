/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Only a letter that an entry has with a value is split; all else is GLib's to judge. */

#include "cli/letters.h"

#include <string.h>

static const GOptionEntry *find_letter(const GOptionEntry *entries, char letter) {
        for (; entries && entries->long_name; entries++)
                if (entries->short_name == letter)
                        return entries;
        return NULL;
}

static const GOptionEntry *find_name(const GOptionEntry *entries, const char *name) {
        for (; entries && entries->long_name; entries++)
                if (g_str_equal(entries->long_name, name))
                        return entries;
        return NULL;
}

static bool takes_value(const GOptionEntry *entry) {
        return entry && entry->arg != G_OPTION_ARG_NONE;
}

/* Adds WORD, which begins with one "-"; whether its value is the next word. */
static bool split_letters(const GOptionEntry *entries, const char *word, GPtrArray *result) {
        for (const char *p = word + 1; *p; p++) {
                const GOptionEntry *entry = find_letter(entries, *p);
                if (!entry)
                        break;
                if (!takes_value(entry))
                        continue;
                if (!p[1]) {
                        g_ptr_array_add(result, g_strdup(word));
                        return true;
                }
                g_ptr_array_add(result, g_strndup(word, (gsize) (p + 1 - word)));
                g_ptr_array_add(result, g_strdup(p[1] == '=' ? p + 2 : p + 1));
                return false;
        }
        g_ptr_array_add(result, g_strdup(word));
        return false;
}

char **letters_split(const GOptionEntry *entries, bool stop_early, int count, char *const *words) {
        GPtrArray *result = g_ptr_array_new();
        bool done = false;

        for (int i = 0; i < count; i++) {
                const char *word = words[i];
                bool is_option = i > 0 && !done && word[0] == '-' && word[1];
                bool goes_on = false;

                if (is_option && word[1] != '-')
                        goes_on = split_letters(entries, word, result);
                else {
                        g_ptr_array_add(result, g_strdup(word));
                        goes_on = is_option && takes_value(find_name(entries, word + 2));
                }
                if (goes_on && i + 1 < count)
                        g_ptr_array_add(result, g_strdup(words[++i]));
                done = done || g_str_equal(word, "--") || (stop_early && i > 0 && !is_option);
        }
        g_ptr_array_add(result, NULL);
        return (char **) g_ptr_array_free(result, FALSE);
}
