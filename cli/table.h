/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tables for people, as systemctl prints them: columns as wide as what is in them, cut to the width of a terminal, in
 * colours only there and without $NO_COLOR. What is in a cell may come from a payload, so control characters are
 * replaced. */

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

typedef enum TableColour { TABLE_PLAIN, TABLE_GOOD, TABLE_BAD, TABLE_WARN, TABLE_FAINT } TableColour;

typedef struct TableColumn {
        const char *title;
        bool is_number; /* aligned at the right */
        bool may_shrink;
} TableColumn;

typedef struct Table Table;

/* COLUMNS are not copied. */
Table *table_new(const TableColumn *columns, guint count);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Cells are added row by row. NULL and "" are shown as "-". */
void table_add(Table *table, const char *text, TableColour colour);
void table_addf(Table *table, TableColour colour, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The lines, cut to WIDTH columns (0: as wide as they are). Caller frees. */
char *table_print(const Table *table, guint width, bool coloured);

/* On standard output, by what that is. */
void table_show(const Table *table);

/* Whether what goes to FILE may be coloured, and how wide its terminal is (0: it is none). */
bool table_is_coloured(FILE *file);
guint table_width(FILE *file);

/* "1.5M", "-" for G_MAXUINT64. Caller frees. */
char *table_print_bytes(guint64 bytes);

/* "3min ago", "2 days ago", as systemctl does. Caller frees. */
char *table_print_age(gint64 usec);
