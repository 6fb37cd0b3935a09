/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A JSON list of strings, ["a", "b c"]: the one form of JSON that people write in unit files (Entrypoint=, HealthCmd=).
 * A library for all of JSON would be loaded at each start. */

#include <glib.h>
#include <stdbool.h>

/* Whether TEXT is meant to be such a list: it starts with "[", behind blanks. */
bool value_json_list_is(const char *text);

/* Appends the strings of TEXT to WORDS (of char *); on failure WORDS is as before. Strings with a NUL, which no
 * command line can hold, are refused. */
bool value_json_list_parse(const char *text, GPtrArray *words, GError **error);
