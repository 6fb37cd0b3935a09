/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* C0 and C1 control characters go, and what is no UTF-8, which a terminal might take for some of them. */

#include "base/printable.h"

#include <glib.h>

char *printable(const char *text, bool keep_lines) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        GString *result = g_string_new(NULL);

        for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
                gunichar c = g_utf8_get_char(p);
                bool is_kept = !g_unichar_iscntrl(c) || (keep_lines && (c == '\n' || c == '\t'));
                g_string_append_unichar(result, is_kept ? c : '?');
        }
        return g_string_free(result, FALSE);
}
