/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/log-time.h"

static void check(const char *text, const char *expected) {
        g_autofree char *result = log_time_translate(text);

        g_assert_cmpstr(result, ==, expected);
}

static void a_span_is_that_long_ago(void) {
        check("10m", "-10m");
        check("1h30m", "-1h30m");
        check("1.5h", "-1.5h");
        check("250ms", "-250ms");
}

static void dates_of_other_tools_are_seconds(void) {
        check("1795825022", "@1795825022");
        check("1795825022.5", "@1795825022.5");
        check("2026-11-28T00:17:02Z", "@1795825022.000000");
        check("2026-11-28T01:17:02.25+01:00", "@1795825022.250000");
}

static void what_systemd_knows_stays(void) {
        static const char *const texts[] = {
                "-10m", "10 min ago", "yesterday", "2026-01-31", "12:00",
                "m",    "",           "10",        "Tomorrow",   "2026-11-28 00:17:02"};

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                check(texts[i], texts[i]);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/log-time/translate/a-span-is-that-long-ago", a_span_is_that_long_ago);
        g_test_add_func("/log-time/translate/dates-of-other-tools-are-seconds",
                        dates_of_other_tools_are_seconds);
        g_test_add_func("/log-time/translate/what-systemd-knows-stays", what_systemd_knows_stays);
        return g_test_run();
}
