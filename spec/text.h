/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Appending to a GString without a call where there is room: a unit is put together from some hundred
 * pieces, and the generator makes thousands of units at each login. */

#include <glib.h>
#include <string.h>

static inline void text_append_len(GString *text, const char *piece, size_t length) {
        if (text->len + length < text->allocated_len) {
                memcpy(text->str + text->len, piece, length);
                text->len += length;
                text->str[text->len] = '\0';
        } else
                g_string_append_len(text, piece, (gssize) length);
}

static inline void text_append(GString *text, const char *piece) {
        text_append_len(text, piece, strlen(piece));
}
