/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A section of a unit file → its spec, by its key table. */

#include "spec/key-table.h"
#include "spec/problem.h"
#include "spec/reference.h"
#include "spec/unit-file.h"

struct KeyLoader;

/* What is at hand while a section is read. */
typedef struct KeyLoad {
        const struct KeyLoader *loader;
        const UnitFile *unit;
        const char *path; /* of the unit file, absolute */
        void *spec;
        References *references; /* NULL: other files are out of reach */
        GPtrArray *problems;
        const UnitAssignment *assignment; /* the line being read; NULL behind the last */
        GPtrArray *words;                 /* of that line; used again for the next */
} KeyLoad;

/* Replaces *VALUE when it must be written otherwise: relative paths start from the unit file's folder, names
 * of other files become what they stand for. */
typedef bool (*KeyAdjust)(const KeyLoad *load, char **value, GError **error);

typedef struct KeyAdjustment {
        size_t offset; /* of the field */
        KeyAdjust adjust;
} KeyAdjustment;

/* How one kind of section is read. */
typedef struct KeyLoader {
        const KeyTable *table;
        const KeyAdjustment *adjustments;            /* ended by one without a function; NULL: none */
        void (*take)(KeyLoad *load, const Key *key); /* a line of a key without a field; may be NULL */
        void (*check)(KeyLoad *load);                /* what spans several keys; may be NULL */
        bool is_optional;                            /* a file without the section is fine */
} KeyLoader;

/* Reads the section of the unit file at PATH (absolute) into SPEC. All that is wrong is added to PROBLEMS,
 * not only the first; SPEC holds what was right. REFERENCES may be NULL. */
void key_load(const KeyLoader *loader, const UnitFile *unit, const char *path, void *spec,
              References *references, GPtrArray *problems);

/* A problem of the line being read. */
void key_load_report(const KeyLoad *load, ProblemSeverity severity, const char *text);

/* A problem of the last line of KEY in the section; of the file as a whole where there is none. */
void key_load_report_key(const KeyLoad *load, ProblemSeverity severity, const char *key, const char *text);

/* Adds NAME=VALUE to a list, takes PAIR: of equal names the last value wins, at the place of the first. */
void key_load_add_pair(GPtrArray *list, char *pair);

/* The value of a key of the class KEY_SINGLE without its outer quotes. Caller frees. */
char *key_load_unquote(const char *value);
