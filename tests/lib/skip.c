/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A skipped test proves nothing, so the reason is printed, and a build machine can forbid it. */

#include "tests/lib/skip.h"

#include <glib.h>

void skip_test(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *reason = g_strdup_vprintf(format, arguments);
        va_end(arguments);

        if (g_strcmp0(g_getenv("WOLFFIA_TESTS_MUST_RUN"), "1") == 0)
                g_test_fail_printf("must not be skipped: %s", reason);
        else
                g_test_skip(reason);
}
