/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RFC 8259, as far as a list of strings needs it. */

#include "spec/value-json-list.h"

#include "base/error.h"

#include <string.h>

#define BLANKS " \t\r\n"

bool value_json_list_is(const char *text) {
        return text[strspn(text, BLANKS)] == '[';
}

/* The four digits at P; -1 when they are none. */
static int read_hexadecimal(const char *p) {
        int number = 0;

        for (int i = 0; i < 4; i++) {
                int digit = g_ascii_xdigit_value(p[i]);

                if (digit < 0)
                        return -1;
                number = number * 16 + digit;
        }
        return number;
}

/* The character of \uXXXX at *P, which is moved behind it; characters above U+FFFF are two of them. 0 when it
 * is none that a string can hold. */
static gunichar read_unicode(const char **p) {
        int first = read_hexadecimal(*p + 2), second;

        if (first <= 0)
                return 0;
        *p += 6;
        if (first < 0xd800 || first > 0xdfff)
                return (gunichar) first;
        if (first > 0xdbff || (*p)[0] != '\\' || (*p)[1] != 'u')
                return 0;
        second = read_hexadecimal(*p + 2);
        if (second < 0xdc00 || second > 0xdfff)
                return 0;
        *p += 6;
        return 0x10000 + ((gunichar) (first - 0xd800) << 10) + (gunichar) (second - 0xdc00);
}

static bool read_escape(const char **p, GString *word) {
        static const char letters[] = "\"\\/bfnrt", characters[] = "\"\\/\b\f\n\r\t";
        const char *found = (*p)[1] ? strchr(letters, (*p)[1]) : NULL;

        if (found) {
                g_string_append_c(word, characters[found - letters]);
                *p += 2;
                return true;
        }
        if ((*p)[1] != 'u')
                return false;
        gunichar character = read_unicode(p);
        if (character == 0)
                return false;
        g_string_append_unichar(word, character);
        return true;
}

/* The string at *P, which is moved behind it. NULL when it is none. Caller frees. */
static char *read_string(const char **p) {
        g_autoptr(GString) word = g_string_new(NULL);

        if (**p != '"')
                return NULL;
        (*p)++;
        while (**p != '"') {
                if ((guchar) * *p < ' ')
                        return NULL;
                if (**p == '\\') {
                        if (!read_escape(p, word))
                                return NULL;
                } else
                        g_string_append_c(word, *(*p)++);
        }
        (*p)++;
        return g_strdup(word->str);
}

static void skip_blanks(const char **p) {
        *p += strspn(*p, BLANKS);
}

/* False at the first thing that does not belong there, with *P on it. */
static bool read_list(const char **p, GPtrArray *words) {
        skip_blanks(p);
        if (**p != '[')
                return false;
        (*p)++;
        skip_blanks(p);
        while (**p != ']') {
                char *word = read_string(p);

                if (!word)
                        return false;
                g_ptr_array_add(words, word);
                skip_blanks(p);
                if (**p == ',') {
                        (*p)++;
                        skip_blanks(p);
                        if (**p == ']')
                                return false;
                } else if (**p != ']')
                        return false;
        }
        (*p)++;
        skip_blanks(p);
        return **p == '\0';
}

bool value_json_list_parse(const char *text, GPtrArray *words, GError **error) {
        guint before = words->len;
        const char *p = text;

        if (read_list(&p, words))
                return true;
        g_ptr_array_set_size(words, (int) before);
        if (!*p)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "%s ends too early for a JSON list; one is [\"a\", \"b\"]", text);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "%s is not a JSON list of strings, [\"a\", \"b\"]; the fault is at character %ld", text,
                    g_utf8_validate(text, p - text, NULL) ? g_utf8_strlen(text, p - text) + 1
                                                          : (long) (p - text) + 1);
}
