/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs of `wolffia` share: the table, options, and how they end. */

#include "spec/key-table.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit statuses, for scripts. */
typedef enum VerbStatus {
        VERB_SUCCESS = 0,
        VERB_FAILURE = 1,
        VERB_USAGE = 2, /* the command line is wrong; check: it cannot be said */
} VerbStatus;

/* What the arguments of a verb name, for completion. */
typedef enum VerbArguments {
        VERB_TAKES_NOTHING, /* or words that the usage line lists: "[on|off]" */
        VERB_TAKES_CONTAINERS,
        VERB_TAKES_CONTAINER, /* and then a command in it */
        VERB_TAKES_IMAGE,     /* and then a command in it */
        VERB_TAKES_IMAGES,
        VERB_TAKES_FILES,
        VERB_TAKES_NAME_AND_FILE,
        VERB_TAKES_COMMAND,
        VERB_TAKES_SECRETS,
        VERB_TAKES_VOLUMES,
        VERB_TAKES_NETWORKS,
        VERB_TAKES_ROWS,
        VERB_TAKES_VOLUME_AND_FILE,
} VerbArguments;

typedef struct Verb {
        const char *name;      /* "ps"; of a verb below another one both words, "secret list" */
        const char *arguments; /* for the usage line */
        const char *summary;
        int (*run)(const struct Verb *verb, int argc, char **argv); /* argv[0] is the verb's name */
        bool is_internal;                                           /* for our own programs; not shown */
        VerbArguments takes;
        const struct Verb
                *children; /* of a verb that only has verbs below it, whose run is verb_dispatch() */
} Verb;

/* All verbs, in the order of the help; ended by one without a name. */
extern const Verb verb_table[];
extern const Verb network_verbs[];
extern const Verb secret_verbs[];
extern const Verb volume_verbs[];

/* Parses options out of ARGV. RET_ARGUMENTS gets what is left, without the verb's name, NULL-terminated and owned by
 * the caller. False when the program is to end with *RET_STATUS,
 * which is VERB_SUCCESS otherwise. With STOP_EARLY, options end at the first argument. */
bool verb_parse(const Verb *verb, const GOptionEntry *entries, const char *description, bool stop_early,
                int argc, char **argv, char ***ret_arguments, int *ret_status);

/* Runs the child of VERB that ARGV[1] names. */
int verb_dispatch(const Verb *verb, int argc, char **argv);

/* The verb of this name in a table; NULL: none. Of verbs below another one the last word counts. */
const Verb *verb_find(const Verb *table, const char *name);

/* A usage line and a list of the verbs in a table. */
void verb_print_table(const Verb *table, FILE *file);

/* Says that there is none of this name, and which it may be a slip of. */
int verb_fail_unknown(const Verb *table, const char *name);

/* An argument in the place of all others: verb_parse() prints the verb's options, a line each, "--all" and behind a tab
 * the description; "--format=" when it takes a value. For completion. */
#define VERB_PRINT_OPTIONS "--print-options"

/* The same for the options of a key table that work, for verbs which read it besides. */
void verb_print_keys(const KeyTable *table);

/* DESCRIPTION with a list of those options behind it, for the verb's help. Caller frees. */
char *verb_describe_keys(const char *description, const KeyTable *table);

/* Says "wolffia: TEXT" on standard error, in red on a terminal, and returns VERB_FAILURE. */
int verb_fail(const GError *error);

/* The same for a wrong command line: returns VERB_USAGE. */
int verb_misuse(const Verb *verb, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* "wolffia: TEXT" for something that is no failure. */
void verb_warn(const char *text);
void verb_warn_all(const GPtrArray *texts);

int verb_adopt(const Verb *verb, int argc, char **argv);
int verb_build(const Verb *verb, int argc, char **argv);
int verb_cdi(const Verb *verb, int argc, char **argv);
int verb_check(const Verb *verb, int argc, char **argv);
int verb_complete(const Verb *verb, int argc, char **argv);
int verb_cp(const Verb *verb, int argc, char **argv);
int verb_doctor(const Verb *verb, int argc, char **argv);
int verb_exec(const Verb *verb, int argc, char **argv);
int verb_explain(const Verb *verb, int argc, char **argv);
int verb_images(const Verb *verb, int argc, char **argv);
int verb_import(const Verb *verb, int argc, char **argv);
int verb_inspect(const Verb *verb, int argc, char **argv);
int verb_kill(const Verb *verb, int argc, char **argv);
int verb_linger(const Verb *verb, int argc, char **argv);
int verb_logs(const Verb *verb, int argc, char **argv);
int verb_mount(const Verb *verb, int argc, char **argv);
int verb_pause(const Verb *verb, int argc, char **argv);
int verb_port(const Verb *verb, int argc, char **argv);
int verb_prepare(const Verb *verb, int argc, char **argv);
int verb_prepare_seccomp(const Verb *verb, int argc, char **argv);
int verb_ps(const Verb *verb, int argc, char **argv);
int verb_pull(const Verb *verb, int argc, char **argv);
int verb_restart(const Verb *verb, int argc, char **argv);
int verb_rmi(const Verb *verb, int argc, char **argv);
int verb_run(const Verb *verb, int argc, char **argv);
int verb_shell(const Verb *verb, int argc, char **argv);
int verb_start(const Verb *verb, int argc, char **argv);
int verb_stats(const Verb *verb, int argc, char **argv);
int verb_stop(const Verb *verb, int argc, char **argv);
int verb_top(const Verb *verb, int argc, char **argv);
int verb_unpause(const Verb *verb, int argc, char **argv);
int verb_unshare(const Verb *verb, int argc, char **argv);
int verb_wait(const Verb *verb, int argc, char **argv);
