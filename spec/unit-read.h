/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One file → UnitFile, by the syntax of systemd.syntax(7). The only user of inih. */

#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

/* Buffers that are used again from file to file. */
typedef struct UnitReader UnitReader;

UnitReader *unit_reader_new(void);
void unit_reader_free(UnitReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UnitReader, unit_reader_free)

/* Adds TEXT (SIZE bytes, and a NUL behind them) to UNIT. FILE is its name in diagnostics. What cannot be
 * read becomes an error in PROBLEMS, and the rest is read all the same. */
void unit_read_text(UnitReader *reader, const char *text, size_t size, const char *file, UnitFile *unit,
                    GPtrArray *problems);

typedef enum UnitReadResult {
        UNIT_READ_DONE,
        UNIT_READ_EMPTY,  /* no bytes at all, or /dev/null: the file masks others of its name */
        UNIT_READ_FAILED, /* it could not be opened or read; PROBLEMS say why */
} UnitReadResult;

/* Reads the file NAME below a folder. */
UnitReadResult unit_read(UnitReader *reader, int dir_fd, const char *name, const char *file, UnitFile *unit,
                         GPtrArray *problems);
