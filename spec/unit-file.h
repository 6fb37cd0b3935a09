/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A unit file in memory: assignments in the order in which they were written, each with its section, file
 * and line. Drop-ins are appended to the same UnitFile. All strings live as long as it does. */

#include <glib.h>
#include <stdbool.h>

typedef struct UnitAssignment {
        guint section; /* index into UnitFile.sections */
        guint line;    /* of the first line, from 1 */
        const char *file;
        const char *key;   /* NULL: a comment, whose text is the value */
        const char *value; /* no blanks at either end */
} UnitAssignment;

typedef struct UnitFile {
        GPtrArray *sections;   /* names (const char *), each once, in the order of their first appearance */
        GArray *assignments;   /* of UnitAssignment */
        struct UnitText *text; /* a block that is used again, then those of the rest */
        guint32 letters
                [8]; /* of the first sections: which letters keys start with, so that most questions end there */
} UnitFile;

#define UNIT_FILE_NO_SECTION G_MAXUINT

UnitFile *unit_file_new(void);
void unit_file_free(UnitFile *unit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UnitFile, unit_file_free)

/* Makes it as good as new, for the next file, and keeps its memory. */
void unit_file_clear(UnitFile *unit);

/* A copy of TEXT that lives as long as UNIT. */
const char *unit_file_keep(UnitFile *unit, const char *text);
const char *unit_file_keep_len(UnitFile *unit, const char *text, size_t length);

/* The index of a section, which is made when it is missing. */
guint unit_file_add_section(UnitFile *unit, const char *name);
guint unit_file_find_section(const UnitFile *unit, const char *name);

/* FILE must live as long as UNIT: unit_file_keep(). KEY is NULL for a comment. */
void unit_file_add(UnitFile *unit, guint section, const char *key, const char *value, const char *file,
                   guint line);

/* Takes a line of UNIT out: it belongs to no section any more. */
void unit_file_take_out(UnitFile *unit, const UnitAssignment *assignment);

/* Gives a line of UNIT another key and value. */
void unit_file_replace(UnitFile *unit, const UnitAssignment *assignment, const char *key, const char *value);

static inline const UnitAssignment *unit_file_at(const UnitFile *unit, guint index) {
        return &g_array_index(unit->assignments, UnitAssignment, index);
}

/* The last assignment of KEY, also when its value is empty; NULL when there is none. */
const UnitAssignment *unit_file_last(const UnitFile *unit, const char *section, const char *key);

/* The value of that assignment; NULL when there is none or it is empty. */
const char *unit_file_value(const UnitFile *unit, const char *section, const char *key);

/* All assignments of KEY (UnitAssignment, owned by UNIT) behind the last empty one. Caller unrefs. */
GPtrArray *unit_file_all(const UnitFile *unit, const char *section, const char *key);

/* Appends the assignments of a section as text, without its header. */
void unit_file_print_section(const UnitFile *unit, guint section, GString *text);
