/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `wolffia logs --since` takes besides the times of systemd.time(7). */

#include <glib.h>

/* "10m" is ten minutes ago, "1795825022" seconds since 1970, and "2026-01-31T12:00:00Z" a time as RFC 3339 has it, which
 * journalctl of systemd 252 does not know. All else stays as it is. Caller frees. Pure. */
char *log_time_translate(const char *text);
