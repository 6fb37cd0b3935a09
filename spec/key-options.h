/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A spec ⇄ a command line, both by its key table. */

#include "spec/key-table.h"

/* Takes an option with its value, NULL for a boolean without one. */
typedef bool (*KeyOptionsTake)(const Key *key, const char *value, void *data, GError **error);

/* The values that VALUE holds, one unless KEY has commas between them. Caller frees. */
char **key_options_split(const Key *key, const char *value);

/* The KeyOptionsTake that puts values into a spec, DATA, as they are: they are checked where they are used. */
bool key_options_store(const Key *key, const char *value, void *spec, GError **error);

/* Reads options into SPEC and moves *ARGUMENTS (ended by NULL) to the first plain word. */
bool key_options_parse_options(const KeyTable *table, const char *const **arguments, void *spec,
                               GError **error);

/* Is told of an option that cannot be taken. */
typedef void (*KeyOptionsFail)(const GError *error, void *data);

/* Hands all options to TAKE and goes on behind those that are wrong, which FAIL_ONE is told, as it is of plain words. */
void key_options_visit(const KeyTable *table, const char *const *arguments, KeyOptionsTake take,
                       KeyOptionsFail fail_one, void *data);

/* Options, then the plain words that the table has. */
bool key_options_parse(const KeyTable *table, const char *const *arguments, void *spec, GError **error);

/* Options only, added to SPEC; values are checked, and a plain word is an error. */
bool key_options_merge(const KeyTable *table, const char *const *arguments, void *spec, GError **error);

/* The plain words behind the options, owned by SPEC, with "--" in front where they need it. Caller unrefs. */
GPtrArray *key_options_words(const KeyTable *table, const void *spec);

/* The arguments that give SPEC back, as an array of char *. Caller unrefs. */
GPtrArray *key_options_print(const KeyTable *table, const void *spec);
