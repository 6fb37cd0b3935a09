/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Results as JSON, and templates that pick from them. */

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

void json_add_string(JsonBuilder *builder, const char *name, const char *text);
void json_add_integer(JsonBuilder *builder, const char *name, gint64 value);
/* Null when it is JSON_UNKNOWN. */
#define JSON_UNKNOWN G_MAXUINT64
void json_add_number(JsonBuilder *builder, const char *name, guint64 value);
void json_add_boolean(JsonBuilder *builder, const char *name, bool value);
void json_add_list(JsonBuilder *builder, const char *name, const char *const *list);
void json_add_words(JsonBuilder *builder, const char *name, const GPtrArray *words);

/* Begins a member that is an object. */
void json_begin(JsonBuilder *builder, const char *name);

/* Prints what was built, indented, with a line end. */
void json_show(JsonBuilder *builder);

/* The same by a template, or without one when that is NULL. */
bool json_show_as(JsonBuilder *builder, const char *template, GError **error);

/* Prints, for NODE or each of its elements, a line by TEMPLATE, which is text with "{{.name}}" or "{{.a.b}}" for members
 * (upper and lower case are one; .Names and .Status, as podman has it, are name and state), \t and \n. "table " in front makes
 * columns of what \t separates, with titles. "json" in the place of a template, and "{{json .}}", print all of it. */
bool json_show_template(JsonNode *node, const char *template, GError **error);

/* The same as text. Caller frees. */
bool json_print_template(JsonNode *node, const char *template, char **ret_text, GError **error);
