/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The quoting of systemd.syntax(7) and of ExecStart= (systemd.service(5)), both ways. */

#include <glib.h>
#include <stdbool.h>

/* Appends the words of TEXT to WORDS (of char *), as ExecStart= reads them: quotes come off, C escapes are
 * carried out, empty quoted words stay, a lone \; is a semicolon. `%` and `$` stay as they are. On failure
 * WORDS is as before. */
bool unit_words_split(const char *text, GPtrArray *words, GError **error);

/* The same with the backslash as a plain character. */
bool unit_words_split_plain(const char *text, GPtrArray *words, GError **error);

/* What happens to `%` and `$`, which systemd expands in a word. */
typedef enum UnitWordsStyle {
        UNIT_WORDS_EXPAND,  /* they are the user's own: systemd shall expand them */
        UNIT_WORDS_LITERAL, /* they are doubled, so that systemd gives back exactly this word */
} UnitWordsStyle;

/* Appends WORD to a line such that systemd reads it as one word again; quotes only where they are needed. */
void unit_words_quote(GString *line, const char *word, UnitWordsStyle style);

/* Appends --OPTION=VALUE as one word, the quotes around VALUE alone. A VALUE that is nothing but $NAME
 * becomes ${NAME}: systemd expands the short form only where it is a word of its own. */
void unit_words_quote_option(GString *line, const char *option, const char *value, UnitWordsStyle style);
