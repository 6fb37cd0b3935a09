/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd's words. Where systemd drops a line with a warning that nobody sees, and Podman without one, this
 * fails. */

#include "spec/unit-words.h"

#include "base/error.h"
#include "spec/text.h"

#include <string.h>

#define BLANKS  " \t\n\r"
#define QUOTES  "\"'\\"
#define SPECIAL BLANKS QUOTES

/* The value of up to DIGITS digits of BASE at TEXT; -1 when there are fewer. */
static gint64 read_digits(const char *text, int digits, int base) {
        gint64 value = 0;

        for (int i = 0; i < digits; i++) {
                int digit = g_ascii_xdigit_value(text[i]);

                if (digit < 0 || digit >= base)
                        return -1;
                value = value * base + digit;
        }
        return value;
}

/* Numbers: \xHH and \OOO are bytes, \uHHHH and \UHHHHHHHH are characters. */
static bool unescape_number(const char **p, GString *word) {
        const char *text = *p;
        int digits = *text == 'x' ? 2 : *text == 'u' ? 4 : *text == 'U' ? 8 : 0;
        gint64 value = digits ? read_digits(text + 1, digits, 16) : read_digits(text, 3, 8);

        if (value <= 0 || (digits <= 2 && value > 255))
                return false;
        if (digits <= 2)
                g_string_append_c(word, (char) value);
        else {
                if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
                        return false;
                g_string_append_unichar(word, (gunichar) value);
        }
        *p += digits ? digits + 1 : 3;
        return true;
}

/* *P is behind the backslash, and moves behind the escape. */
static bool unescape(const char **p, GString *word, GError **error) {
        static const char letters[] = "abfnrtv\\\"'s", meanings[] = "\a\b\f\n\r\t\v\\\"' ";
        const char *found = **p ? strchr(letters, **p) : NULL;

        if (found) {
                g_string_append_c(word, meanings[found - letters]);
                (*p)++;
                return true;
        }
        if (**p && unescape_number(p, word))
                return true;
        if (!**p)
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "the line ends in a single backslash; write \\\\ for one");
        const char *next = g_utf8_find_next_char(*p, NULL);
        return fail(error, WOLFFIA_ERROR_SYNTAX,
                    "the escape \\%.*s is not known; write \\\\%.*s for a backslash", (int) (next - *p), *p,
                    (int) (next - *p), *p);
}

/* Reads one word at *P, which is no blank. */
static bool read_word(const char **p, bool escapes, GString *word, GError **error) {
        char quote = '\0';

        for (; **p;) {
                size_t plain = strcspn(*p, quote ? QUOTES : SPECIAL);

                text_append_len(word, *p, plain);
                *p += plain;
                char c = **p;
                if (!c || (!quote && strchr(BLANKS, c)))
                        break;
                (*p)++;
                if (c == '\\' && escapes) {
                        if (!unescape(p, word, error))
                                return false;
                } else if (quote ? c == quote : c == '"' || c == '\'')
                        quote = quote ? '\0' : c;
                else
                        g_string_append_c(word, c);
        }
        if (quote)
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "a %s quote is opened and never closed; write \\%c for the character",
                            quote == '"' ? "double" : "single", quote);
        return true;
}

static bool is_lone_semicolon(const char *text) {
        return text[0] == '\\' && text[1] == ';' && (!text[2] || strchr(BLANKS, text[2]));
}

static bool split(const char *text, bool escapes, GPtrArray *words, GError **error) {
        g_autoptr(GString) word = NULL; /* for those with quotes or escapes */
        guint before = words->len;

        for (const char *p = text + strspn(text, BLANKS); *p; p += strspn(p, BLANKS)) {
                size_t plain = strcspn(p, SPECIAL);

                if (!p[plain] || strchr(BLANKS, p[plain])) {
                        g_ptr_array_add(words, g_strndup(p, plain));
                        p += plain;
                        continue;
                }
                if (!word)
                        word = g_string_sized_new(64);
                g_string_truncate(word, 0);
                if (escapes && is_lone_semicolon(p)) {
                        g_string_append_c(word, ';');
                        p += 2;
                } else if (!read_word(&p, escapes, word, error)) {
                        g_ptr_array_set_size(words, (gint) before);
                        return false;
                }
                g_ptr_array_add(words, g_strndup(word->str, word->len));
        }
        return true;
}

bool unit_words_split(const char *text, GPtrArray *words, GError **error) {
        return split(text, true, words, error);
}

bool unit_words_split_plain(const char *text, GPtrArray *words, GError **error) {
        return split(text, false, words, error);
}

/* Whether systemd would read the bytes of TEXT otherwise without quotes. */
static bool needs_quotes(const char *text) {
        static const bool is_special[256] = {
                [0x01 ... ' '] = true, ['"'] = true, ['\''] = true, ['\\'] = true, [0x7f] = true,
        };
        unsigned char all = 0;

        for (const unsigned char *p = (const unsigned char *) text; *p; p++) {
                if (is_special[*p])
                        return true;
                all |= *p;
        }
        return all > 0x7f && !g_utf8_validate(text, -1, NULL);
}

static void append_escaped(GString *line, unsigned char c) {
        static const char codes[] = "\a\b\f\n\r\t\v", letters[] = "abfnrtv";
        const char *found = strchr(codes, c);

        if (found)
                g_string_append_printf(line, "\\%c", letters[found - codes]);
        else
                g_string_append_printf(line, "\\x%02x", c);
}

static void append_quoted(GString *line, const char *text, UnitWordsStyle style) {
        bool valid = g_utf8_validate(text, -1, NULL);

        for (const char *p = text; *p; p++) {
                unsigned char c = (unsigned char) *p;

                if (c < ' ' || c == 0x7f || (c > 0x7f && !valid)) {
                        append_escaped(line, c);
                        continue;
                }
                if (c == '"' || c == '\\')
                        g_string_append_c(line, '\\');
                else if (style == UNIT_WORDS_LITERAL && (c == '%' || c == '$'))
                        g_string_append_c(line, (char) c);
                g_string_append_c(line, (char) c);
        }
}

static void append_text(GString *line, const char *text, bool quotes, UnitWordsStyle style) {
        if (!quotes && style == UNIT_WORDS_EXPAND) {
                text_append(line, text);
                return;
        }
        if (quotes)
                g_string_append_c(line, '"');
        append_quoted(line, text, style);
        if (quotes)
                g_string_append_c(line, '"');
}

void unit_words_quote(GString *line, const char *word, UnitWordsStyle style) {
        /* A word that starts with "#" or ";" makes a continued line a comment; a lone ";" separates
         * commands. */
        bool quotes = !*word || *word == '#' || *word == ';' || needs_quotes(word);

        append_text(line, word, quotes, style);
}

static bool is_plain_variable(const char *value) {
        if (value[0] != '$' || !(g_ascii_isalpha(value[1]) || value[1] == '_'))
                return false;
        for (const char *p = value + 1; *p; p++)
                if (!g_ascii_isalnum(*p) && *p != '_')
                        return false;
        return true;
}

void unit_words_quote_option(GString *line, const char *option, const char *value, UnitWordsStyle style) {
        text_append(line, "--");
        text_append(line, option);
        /* "security-opt=label=type:" has its own. */
        if (!g_str_has_suffix(option, ":"))
                g_string_append_c(line, '=');
        if (style == UNIT_WORDS_EXPAND && is_plain_variable(value)) {
                text_append(line, "${");
                text_append(line, value + 1);
                g_string_append_c(line, '}');
        } else
                append_text(line, value, needs_quotes(value), style);
}
