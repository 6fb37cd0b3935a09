/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Two error domains, no more:
 *
 *   ERRNO_ERROR    the kernel or a library refused; the code is the errno value
 *   WOLFFIA_ERROR  we refused; the code says what kind of mistake it is
 */
#define ERRNO_ERROR   (errno_error_quark())
#define WOLFFIA_ERROR (wolffia_error_quark())
GQuark errno_error_quark(void);
GQuark wolffia_error_quark(void);

typedef enum WolffiaError {
        WOLFFIA_ERROR_SYNTAX,      /* a file cannot be read as what it should be */
        WOLFFIA_ERROR_VALUE,       /* a key or option has a value that we cannot accept */
        WOLFFIA_ERROR_UNSUPPORTED, /* this host, or this version of ours, lacks something that is needed */
        WOLFFIA_ERROR_NOT_FOUND,   /* what was named does not exist: image, file, user */
        WOLFFIA_ERROR_HELPER,      /* a program that we ran failed; its own words are in the text */
} WolffiaError;

/* All return false, so that a failing function ends in "return fail…(error, …);". A NULL error is
 * allowed. */
bool fail(GError **error, WolffiaError code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Appends ": " and the text of the errno value; takes errno and a library's -errno alike. */
bool fail_errno(GError **error, int errno_value, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Puts "PREFIX: " in front of an error that is set already. Each level adds a noun, never a verb. */
bool fail_prefix(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
