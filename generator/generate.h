/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The generator's table of contents, and what others may call: from source files to units. */

#include "generator/output.h"
#include "generator/search.h"
#include "generator/translation.h"
#include "spec/problem.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* Told of everything that was found in a file. SERVICE is the unit that it becomes, NULL when it becomes
 * none. */
typedef void (*GenerateReport)(const Problem *problem, const char *service, void *data);

/* Shown a file that has become the unit TEXT, and may add to its problems, which do not make a stub any more. */
typedef void (*GenerateInspect)(Translation *translation, const char *text, void *data);

typedef struct GenerateOptions {
        Output *output;          /* where units are written to; NULL: nowhere */
        FILE *print;             /* --dry-run: units are printed here; NULL: not */
        GenerateInspect inspect; /* may be NULL */
        GenerateReport report;   /* may be NULL */
        void *data;              /* of both */
        const char *network;     /* of containers that name none, as wolffia.conf says; NULL: it says none */
        bool is_alone;           /* units that others make do not matter */
} GenerateOptions;

/* Translates all that the search found. One bad file never harms another: it becomes a stub, and false is
 * returned in the end. */
bool generate_all(const Search *search, const GenerateOptions *options);

/* Translates the file at PATH with the drop-ins that it has there and in the folders of the search path, and
 * writes nothing; OPTIONS (may be NULL) as above. RET_TEXT (may be NULL) gets the unit, the stub for a broken file; RET_PROBLEMS an array of
 * Problem. Fails only when PATH is no name of a source file. Caller frees and unrefs. */
bool generate_check(const char *path, const GenerateOptions *options, char **ret_text,
                    GPtrArray **ret_problems, GError **error);
