/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One file → UnitFile, by the syntax of systemd.syntax(7). The only user of inih. */

#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

/* Adds TEXT (SIZE bytes, and a NUL behind them) to UNIT. FILE is its name in diagnostics. What cannot be read becomes an
 * error in PROBLEMS, and the rest is read all the same. */
void unit_read_text(const char *text, size_t size, const char *file, UnitFile *unit, GPtrArray *problems);

typedef enum UnitReadResult {
        UNIT_READ_DONE,
        UNIT_READ_EMPTY,  /* no bytes at all, or /dev/null: the file masks others of its name */
        UNIT_READ_FAILED, /* it could not be opened or read; PROBLEMS say why */
} UnitReadResult;

/* Reads the file NAME below a folder. BUFFER holds the text, and may be used again for the next file. */
UnitReadResult unit_read(int dir_fd, const char *name, const char *file, GString *buffer, UnitFile *unit, GPtrArray *problems);
