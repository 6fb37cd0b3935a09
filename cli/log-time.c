/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/log-time.h"

#include <string.h>

#define DIGITS "0123456789."

/* Numbers with units, and no blank: "1h30m", "2s". */
static gboolean is_span(const char *text) {
        static const char *const units[] = {"ms", "us", "ns", "h", "m", "s"};

        if (!*text)
                return FALSE;
        while (*text) {
                size_t digits = strspn(text, DIGITS), i = 0;

                text += digits;
                while (i < G_N_ELEMENTS(units) && !g_str_has_prefix(text, units[i]))
                        i++;
                if (digits == 0 || i == G_N_ELEMENTS(units))
                        return FALSE;
                text += strlen(units[i]);
        }
        return TRUE;
}

static char *translate_date(const char *text) {
        g_autoptr(GTimeZone) here = g_time_zone_new_local();
        g_autoptr(GDateTime) time = strchr(text, 'T') ? g_date_time_new_from_iso8601(text, here) : NULL;

        return time ? g_strdup_printf("@%" G_GINT64_FORMAT ".%06d", g_date_time_to_unix(time),
                                      g_date_time_get_microsecond(time))
                    : NULL;
}

char *log_time_translate(const char *text) {
        char *date = NULL;

        if (is_span(text))
                return g_strconcat("-", text, NULL);
        /* Eight digits may be meant as a date, and seconds have more since 1973. */
        if (strspn(text, DIGITS) == strlen(text) && strcspn(text, ".") > 8)
                return g_strconcat("@", text, NULL);
        date = translate_date(text);
        return date ? date : g_strdup(text);
}
