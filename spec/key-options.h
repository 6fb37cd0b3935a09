/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A spec ⇄ a command line, both by its key table. */

#include "spec/key-table.h"

/* Reads options into SPEC and moves *ARGUMENTS (ended by NULL) to the first plain word. With CHECKS values
 * that systemd does not expand are checked; otherwise that is done where they are used. */
bool key_options_parse_options(const KeyTable *table, const char *const **arguments, void *spec, bool checks,
                               GError **error);

/* Options, then the plain words that the table has. */
bool key_options_parse(const KeyTable *table, const char *const *arguments, void *spec, GError **error);

/* Options only, added to SPEC with checks (PodmanArgs=); a plain word is an error. */
bool key_options_merge(const KeyTable *table, const char *const *arguments, void *spec, GError **error);

/* The plain words behind the options, owned by SPEC, with "--" in front where they need it. Caller unrefs. */
GPtrArray *key_options_words(const KeyTable *table, const void *spec);

/* The arguments that give SPEC back, as an array of char *. Caller unrefs. */
GPtrArray *key_options_print(const KeyTable *table, const void *spec);
