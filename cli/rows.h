/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rows of wolffia-shortcomings(7): what rootless containers fall short of, and what becomes of it here. Made of that page
 * when Wolffia is built (cli/print-rows.py). */

#include <stddef.h>

typedef struct Row {
        const char *id; /* "N4" */
        const char *title;
        const char *text; /* lines, indented, below 80 columns */
} Row;

/* In the page's order; ended by one without an id. */
extern const Row row_table[];
