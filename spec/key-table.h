/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A key table: all that may stand in one section. The generator, the programs' command lines, `wolffia
 * check`, the manual and shell completion are driven by the tables or tested against them. The names are
 * podman-systemd.unit(5)'s and those of podman's options. */

#include "spec/key.h"

#define KEY_TABLE_MOST_ROWS  254
#define KEY_TABLE_MOST_WORDS 4

/* Rows by the first letter of their key, chained, and those that have a field; built at the first look. */
typedef struct KeyIndex {
        guint8 first[26];
        guint8 next[KEY_TABLE_MOST_ROWS];
        struct {
                guint16 offset;
                guint8 kind; /* KeyKind */
                guint8 row;
        } fields[KEY_TABLE_MOST_ROWS];
        guint8 behind[KEY_TABLE_MOST_ROWS]; /* of a row with a field: which of FIELDS is next */
        guint8 n_fields;
        guint8 words[KEY_TABLE_MOST_WORDS]; /* rows */
        guint8 n_words;
        bool ready;
} KeyIndex;

typedef struct KeyTable {
        const char *section; /* "Container" */
        const Key *keys;     /* in the order of the manual and of a printed command line */
        size_t count;
        size_t spec_size; /* of the struct that the fields lie in */
        KeyIndex *index;
} KeyTable;

const Key *key_table_find(const KeyTable *table, const char *key);

/* By the text behind the dashes, "security-opt=seccomp=/x" or "publish". RET_VALUE (may be NULL) gets what
 * is behind the option's own "=", or NULL when there is none. */
const Key *key_table_find_option(const KeyTable *table, const char *text, const char **ret_value);
/* The INDEX-th row that is a plain word of the command line, NULL behind the last: a text without an option, or a list,
 * which takes all that are left. A boolean without one is the generator's own. */
const Key *key_table_word(const KeyTable *table, guint index);
const Key *key_table_find_letter(const KeyTable *table, char letter);

/* The known name that WORD is most likely a slip of, or NULL. */
const char *key_table_nearest(const KeyTable *table, const char *word);
const char *key_table_nearest_option(const KeyTable *table, const char *word);

/* A spec with nothing said: strings are NULL, lists empty, booleans unset. */
void *key_table_new_spec(const KeyTable *table);
/* Makes it as good as new, for the next unit. */
void key_table_clear_spec(const KeyTable *table, void *spec);
/* The row behind KEY (NULL: the first) whose field in SPEC says something, in the table's order; NULL behind the
 * last. Of more than a hundred rows a file has a dozen. */
const Key *key_table_next_set(const KeyTable *table, const void *spec, const Key *key);
void key_table_free_spec(const KeyTable *table, void *spec);
