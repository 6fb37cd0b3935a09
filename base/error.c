/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The three ways in which a function of ours fails. */

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

G_DEFINE_QUARK(errno_error, errno_error)
G_DEFINE_QUARK(wolffia_error, wolffia_error)

bool fail(GError **error, WolffiaError code, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);

        g_set_error_literal(error, WOLFFIA_ERROR, (int) code, text);
        return false;
}

bool fail_errno(GError **error, int errno_value, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);

        /* Not g_strerror(): it converts characters, and what the C library loads for that would be the
         * image's, once a container's child has changed its root. This one is a table. */
        const char *description = strerrordesc_np(abs(errno_value));
        g_set_error(error, ERRNO_ERROR, abs(errno_value), "%s: %s", text,
                    description ? description : "unknown error");
        return false;
}

bool fail_prefix(GError **error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);

        g_prefix_error(error, "%s: ", text);
        return false;
}
