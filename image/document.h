/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON documents that come with images, and may be hostile: read with care for size, depth and types. A member that is
 * absent, null, or of another type than asked for counts as absent; registries and builders differ in small ways. */

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/* As registries do: larger documents are refused. */
enum { IMAGE_DOCUMENT_SIZE_MAX = 4 << 20 };

bool image_document_parse(const char *text, size_t size, JsonNode **ret_root, GError **error);

/* Members; NULL where absent. Everything returned belongs to the document. OBJECT may be NULL. */
const char *image_document_string(JsonObject *object, const char *name);
/* 0 where absent. */
gint64 image_document_integer(JsonObject *object, const char *name);
JsonObject *image_document_object(JsonObject *object, const char *name);
JsonArray *image_document_array(JsonObject *object, const char *name);

/* The elements of an array that are objects or strings; NULL for another type. ARRAY may be NULL, then there is none. */
guint image_document_length(JsonArray *array);
JsonObject *image_document_object_at(JsonArray *array, guint index);
const char *image_document_string_at(JsonArray *array, guint index);

/* A list of strings; members of other types are left out. Caller frees with g_strfreev(). */
char **image_document_strings(JsonObject *object, const char *name);

/* The names of an object's members, as in {"80/tcp": {}}. Caller frees with g_strfreev(). */
char **image_document_names(JsonObject *object, const char *name);

/* Members that are strings, as KEY=VALUE. Caller frees with g_strfreev(). */
char **image_document_pairs(JsonObject *object, const char *name);
