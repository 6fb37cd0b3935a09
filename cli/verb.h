/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs of `wolffia` share: the table, options, and how they end. */

#include <glib.h>
#include <stdbool.h>

/* Exit statuses, for scripts. */
typedef enum VerbStatus {
        VERB_SUCCESS = 0,
        VERB_FAILURE = 1,
        VERB_USAGE = 2, /* the command line is wrong; check: it cannot be said */
} VerbStatus;

typedef struct Verb {
        const char *name;
        const char *arguments; /* for the usage line */
        const char *summary;
        int (*run)(const struct Verb *verb, int argc, char **argv); /* argv[0] is the verb's name */
        bool is_internal;                                           /* for our own programs; not shown */
} Verb;

/* All verbs, in the order of the help; ended by one without a name. */
extern const Verb verb_table[];

/* Parses options out of ARGV. RET_ARGUMENTS gets what is left, without the verb's name, NULL-terminated and owned by
 * the caller. False when the program is to end with *RET_STATUS. With STOP_EARLY, options end at the first argument. */
bool verb_parse(const Verb *verb, const GOptionEntry *entries, const char *description, bool stop_early,
                int argc, char **argv, char ***ret_arguments, int *ret_status);

/* Says "wolffia: TEXT" on standard error, in red on a terminal, and returns VERB_FAILURE. */
int verb_fail(const GError *error);

/* The same for a wrong command line: returns VERB_USAGE. */
int verb_misuse(const Verb *verb, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* "wolffia: TEXT" for something that is no failure. */
void verb_warn(const char *text);
void verb_warn_all(const GPtrArray *texts);

int verb_check(const Verb *verb, int argc, char **argv);
int verb_images(const Verb *verb, int argc, char **argv);
int verb_import(const Verb *verb, int argc, char **argv);
int verb_prepare(const Verb *verb, int argc, char **argv);
int verb_pull(const Verb *verb, int argc, char **argv);
int verb_rmi(const Verb *verb, int argc, char **argv);
int verb_unshare(const Verb *verb, int argc, char **argv);
int verb_volume(const Verb *verb, int argc, char **argv);
