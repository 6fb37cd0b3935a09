/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Values of one word: yes or no, sizes, durations, numbers. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* 1 yes true on, 0 no false off, in any case; nothing else. */
bool value_boolean_parse(const char *text, bool *ret_value, GError **error);

/* "64m", "1g", "512k", "4096", "4096b", also "64MiB": powers of 1024, in any case, as podman-run(1).
 * Fractions of a unit ("1.5g") too. */
bool value_size_parse(const char *text, guint64 *ret_bytes, GError **error);

/* A time span of systemd.time(7), "90s", "5min 20s", "1h30m"; a plain number is seconds; "infinity" is
 * G_MAXUINT64. */
bool value_duration_parse(const char *text, guint64 *ret_usec, GError **error);

/* Decimal digits only, at most MAXIMUM. */
bool value_number_parse(const char *text, guint64 maximum, guint64 *ret_number, GError **error);

/* An octal file mode or mask, "022". */
bool value_mode_parse(const char *text, mode_t *ret_mode, GError **error);
