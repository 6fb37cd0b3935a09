/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/table.h"

#include "base/printable.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GAP       2
#define NARROWEST 8 /* a column that shrinks stays this wide */

typedef struct Cell {
        char *text;
        TableColour colour;
} Cell;

struct Table {
        const TableColumn *columns;
        guint count;
        GArray *cells; /* Cell, row by row */
};

static void clear_cell(void *data) {
        g_free(((Cell *) data)->text);
}

Table *table_new(const TableColumn *columns, guint count) {
        Table *table = g_new(Table, 1);

        *table = (Table){columns, count, g_array_new(FALSE, FALSE, sizeof(Cell))};
        g_array_set_clear_func(table->cells, clear_cell);
        return table;
}

void table_free(Table *table) {
        if (!table)
                return;
        g_array_unref(table->cells);
        g_free(table);
}

void table_add(Table *table, const char *text, TableColour colour) {
        Cell cell = {printable(text && *text ? text : "-", false), colour};

        g_array_append_val(table->cells, cell);
}

void table_addf(Table *table, TableColour colour, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        table_add(table, text, colour);
}

/* ---- widths ---- */

static guint char_width(gunichar c) {
        return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

static guint text_width(const char *text) {
        guint width = 0;

        for (; *text; text = g_utf8_next_char(text))
                width += char_width(g_utf8_get_char(text));
        return width;
}

static guint *find_widths(const Table *table, guint *ret_sum) {
        guint *widths = g_new0(guint, table->count);

        for (guint i = 0; i < table->count; i++)
                widths[i] = text_width(table->columns[i].title);
        for (guint i = 0; i < table->cells->len; i++) {
                guint width = text_width(g_array_index(table->cells, Cell, i).text);
                widths[i % table->count] = MAX(widths[i % table->count], width);
        }
        *ret_sum = GAP * (table->count - 1);
        for (guint i = 0; i < table->count; i++)
                *ret_sum += widths[i];
        return widths;
}

/* The widest gives first. */
static void shrink(const Table *table, guint *widths, guint sum, guint limit) {
        while (sum > limit) {
                guint widest = G_MAXUINT;
                for (guint i = 0; i < table->count; i++)
                        if (table->columns[i].may_shrink && widths[i] > NARROWEST &&
                            (widest == G_MAXUINT || widths[i] > widths[widest]))
                                widest = i;
                if (widest == G_MAXUINT)
                        return;
                widths[widest]--;
                sum--;
        }
}

/* ---- printing ---- */

static void append_blanks(GString *line, guint count) {
        for (guint i = 0; i < count; i++)
                g_string_append_c(line, ' ');
}

static const char *colour_start(TableColour colour) {
        switch (colour) {
        case TABLE_GOOD:
                return "\033[0;1;32m";
        case TABLE_BAD:
                return "\033[0;1;31m";
        case TABLE_WARN:
                return "\033[0;1;33m";
        case TABLE_FAINT:
                return "\033[0;38;5;245m";
        case TABLE_PLAIN:
                break;
        }
        return NULL;
}

/* Appends TEXT in WIDTH columns, with an ellipsis where it is longer. Returns the columns it took. */
static guint append_cut(GString *line, const char *text, guint width) {
        guint taken = 0;

        if (text_width(text) <= width) {
                g_string_append(line, text);
                return text_width(text);
        }
        for (; *text; text = g_utf8_next_char(text)) {
                guint more = char_width(g_utf8_get_char(text));
                if (taken + more + 1 > width)
                        break;
                g_string_append_unichar(line, g_utf8_get_char(text));
                taken += more;
        }
        g_string_append(line, "…");
        return taken + 1;
}

static void append_cell(GString *line, const TableColumn *column, const char *text, guint width,
                        const char *start, bool is_last) {
        guint wanted = MIN(text_width(text), width);

        if (column->is_number)
                append_blanks(line, width - wanted);
        if (start)
                g_string_append(line, start);
        guint taken = append_cut(line, text, width);
        if (start)
                g_string_append(line, "\033[0m");
        if (!is_last)
                append_blanks(line, (column->is_number ? 0 : width - MIN(taken, width)) + GAP);
}

char *table_print(const Table *table, guint width, bool coloured) {
        guint sum;
        g_autofree guint *widths = find_widths(table, &sum);
        GString *text = g_string_new(NULL);

        if (width > 0)
                shrink(table, widths, sum, width);
        for (guint i = 0; i < table->count; i++)
                append_cell(text, &table->columns[i], table->columns[i].title, widths[i],
                            coloured ? "\033[0;4m" : NULL, i + 1 == table->count);
        g_string_append_c(text, '\n');
        for (guint i = 0; i < table->cells->len; i++) {
                const Cell *cell = &g_array_index(table->cells, Cell, i);
                guint column = i % table->count;
                append_cell(text, &table->columns[column], cell->text, widths[column],
                            coloured ? colour_start(cell->colour) : NULL, column + 1 == table->count);
                if (column + 1 == table->count)
                        g_string_append_c(text, '\n');
        }
        return g_string_free(text, FALSE);
}

bool table_is_coloured(FILE *file) {
        return isatty(fileno(file)) && !getenv("NO_COLOR") && g_strcmp0(getenv("TERM"), "dumb") != 0;
}

guint table_width(FILE *file) {
        struct winsize size;

        return isatty(fileno(file)) && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void table_show(const Table *table) {
        g_autofree char *text = table_print(table, table_width(stdout), table_is_coloured(stdout));

        fputs(text, stdout);
}

/* ---- values ---- */

char *table_print_bytes(guint64 bytes) {
        static const char units[] = "BKMGTPE";
        double value = (double) bytes;
        size_t unit = 0;

        if (bytes == G_MAXUINT64)
                return g_strdup("-");
        while (value >= 1024 && unit + 1 < strlen(units)) {
                value /= 1024;
                unit++;
        }
        return unit == 0 ? g_strdup_printf("%" G_GUINT64_FORMAT "B", bytes)
                         : g_strdup_printf("%.*f%c", value < 100 ? 1 : 0, value, units[unit]);
}

char *table_print_age(gint64 usec) {
        static const struct {
                gint64 seconds;
                const char *one, *many;
        } units[] = {
                {365 * 86400, " year", " years"},
                {30 * 86400, " month", " months"},
                {86400, " day", " days"},
                {3600, "h", "h"},
                {60, "min", "min"},
                {1, "s", "s"},
        };
        gint64 seconds = MAX((g_get_real_time() - usec) / G_USEC_PER_SEC, 0);

        if (usec <= 0)
                return g_strdup("-");
        for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
                gint64 count = seconds / units[i].seconds;
                if (count > 0)
                        return g_strdup_printf("%" G_GINT64_FORMAT "%s ago", count,
                                               count == 1 ? units[i].one : units[i].many);
        }
        return g_strdup("just now");
}
