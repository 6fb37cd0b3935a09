/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A diagnostic as data: what is wrong where in a unit file. The generator logs them, `wolffia check` prints
 * them. */

#include <glib.h>
#include <stdbool.h>

typedef enum ProblemSeverity {
        PROBLEM_ERROR,   /* the unit becomes a stub */
        PROBLEM_WARNING, /* it works, but not as it was written */
        PROBLEM_NOTE,    /* something in it has no effect, and nothing is lost */
} ProblemSeverity;

typedef struct Problem {
        ProblemSeverity severity;
        char *file; /* absolute; NULL: no file in particular */
        guint line; /* from 1; 0: the whole file */
        char *key;  /* NULL: no key in particular */
        char *text;
} Problem;

Problem *problem_copy(const Problem *problem);
void problem_free(Problem *problem);

/* A list of Problem, in the order in which they were found. Caller unrefs. */
GPtrArray *problems_new(void);
bool problems_have_errors(const GPtrArray *problems);

void problem_add(GPtrArray *problems, ProblemSeverity severity, const char *file, guint line,
                 const char *key, const char *format, ...) G_GNUC_PRINTF(6, 7);

/* Puts them into the order of the text: FIRST_FILE (may be NULL) before other files, what concerns a whole file behind what
 * concerns a line of it. */
void problems_sort(GPtrArray *problems, const char *first_file);

/* "/home/x/web.container:7: PublishPort=: text". Caller frees. */
char *problem_print(const Problem *problem);

/* The same with the last part of the file's name only, for places where room is short. Caller frees. */
char *problem_print_short(const Problem *problem);
