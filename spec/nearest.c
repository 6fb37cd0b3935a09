/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The restricted edit distance (optimal string alignment), which counts `Exce` for `Exec` as one slip. */

#include "spec/nearest.h"

#include <stdbool.h>
#include <string.h>

#define LONGEST_WORD 64

static guint smallest(guint a, guint b, guint c) {
        return MIN(MIN(a, b), c);
}

guint nearest_distance(const char *a, const char *b) {
        size_t length_a = strlen(a), length_b = strlen(b);
        guint rows[3][LONGEST_WORD + 1];

        if (length_a > LONGEST_WORD || length_b > LONGEST_WORD)
                return G_MAXUINT;
        if (g_ascii_strcasecmp(a, b) == 0)
                return strcmp(a, b) == 0 ? 0 : 1;

        for (size_t j = 0; j <= length_b; j++)
                rows[0][j] = (guint) j;
        for (size_t i = 1; i <= length_a; i++) {
                guint *row = rows[i % 3], *above = rows[(i - 1) % 3], *twice_above = rows[(i + 1) % 3];
                char x = g_ascii_tolower(a[i - 1]);

                row[0] = (guint) i;
                for (size_t j = 1; j <= length_b; j++) {
                        char y = g_ascii_tolower(b[j - 1]);

                        row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x == y ? 0 : 1));
                        if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
                            y == g_ascii_tolower(a[i - 2]))
                                row[j] = MIN(row[j], twice_above[j - 2] + 1);
                }
        }
        return rows[length_a % 3][length_b];
}

gboolean nearest_is_plausible(const char *word, guint distance) {
        size_t length = strlen(word);

        return distance <= (length < 5 ? 1 : length < 8 ? 2 : 3);
}

const char *nearest_find(const char *word, const char *const *words, size_t count) {
        const char *best = NULL;
        guint best_distance = G_MAXUINT, length = (guint) strlen(word);

        for (size_t i = 0; i < count; i++) {
                guint other = (guint) strlen(words[i]);

                /* Words of such lengths cannot be near each other, and most are of such lengths. */
                if (!nearest_is_plausible(word, other > length ? other - length : length - other))
                        continue;
                guint distance = nearest_distance(word, words[i]);

                if (distance < best_distance) {
                        best_distance = distance;
                        best = words[i];
                }
        }
        return best && nearest_is_plausible(word, best_distance) ? best : NULL;
}

#define SHORT_EXTENSION 5

static bool is_slip(const char *word, const char *extension) {
        size_t length = strlen(extension);
        guint distance;

        if (g_ascii_tolower(word[1]) != extension[1])
                return false;
        if (length <= SHORT_EXTENSION)
                return g_ascii_strncasecmp(word, extension, length) == 0 &&
                       (word[length] == '\0' || g_str_equal(word + length, "s"));
        distance = nearest_distance(word, extension);
        return distance <= (length < 9 ? 1 : 2);
}

const char *nearest_extension(const char *name, const char *const *extensions, size_t count) {
        const char *word = strrchr(name, '.'), *slip = NULL;

        if (!word || word == name || strlen(word) > LONGEST_WORD)
                return NULL;
        /* Not what editors leave behind. */
        for (const char *p = word + 1; *p; p++)
                if (!g_ascii_isalpha(*p))
                        return NULL;
        for (size_t i = 0; i < count; i++) {
                if (g_str_equal(word, extensions[i]))
                        return NULL;
                if (!slip && is_slip(word, extensions[i]))
                        slip = extensions[i];
        }
        return slip;
}
