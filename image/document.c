/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A thin skin over json-glib, whose accessors take a wrong type for a programming mistake. */

#include "image/document.h"

#include "base/error.h"

#include <string.h>

/* json-glib recurses, before 1.10 without a limit. What images carry is five or six levels deep. */
enum { DEPTH_MAX = 32 };

/* json-glib takes comments, strings in single quotes and assignments too, and in each of them a '"' could stand that begins
 * no string. JSON has none. */
static bool is_json(char c) {
        return g_ascii_isalnum(c) || g_ascii_isspace(c) || (c && strchr("{}[]\":,+-.", c));
}

static bool check_depth(const char *text, size_t size, GError **error) {
        bool in_string = false;
        int depth = 0;

        for (size_t i = 0; i < size; i++) {
                if (!in_string && !is_json(text[i]))
                        return fail(
                                error, WOLFFIA_ERROR_SYNTAX,
                                "it is not JSON: something stands outside of strings that JSON does not have");
                if (in_string && text[i] == '\\')
                        i++;
                else if (text[i] == '"')
                        in_string = !in_string;
                else if (!in_string && (text[i] == '{' || text[i] == '['))
                        depth++;
                else if (!in_string && (text[i] == '}' || text[i] == ']'))
                        depth--;
                if (depth > DEPTH_MAX)
                        return fail(error, WOLFFIA_ERROR_SYNTAX, "it is nested more than %d levels deep",
                                    DEPTH_MAX);
        }
        return true;
}

bool image_document_parse(const char *text, size_t size, JsonNode **ret_root, GError **error) {
        g_autoptr(JsonParser) parser = json_parser_new_immutable();
        g_autoptr(GError) failure = NULL;

        if (size > IMAGE_DOCUMENT_SIZE_MAX)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "it is larger than %d bytes",
                            IMAGE_DOCUMENT_SIZE_MAX);
        if (!g_utf8_validate(text, (gssize) size, NULL))
                return fail(error, WOLFFIA_ERROR_SYNTAX, "it is not UTF-8 text");
        if (!check_depth(text, size, error))
                return false;
        if (!json_parser_load_from_data(parser, text, (gssize) size, &failure))
                return fail(error, WOLFFIA_ERROR_SYNTAX, "it is not JSON: %s", failure->message);

        JsonNode *root = json_parser_get_root(parser);
        if (!root)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "it is empty");
        *ret_root = json_node_ref(root);
        return true;
}

/* Strings with escapes may hold anything, also halves of surrogate pairs; a record takes UTF-8 only. */
static const char *string_of(JsonNode *node) {
        const char *text =
                node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
                        ? json_node_get_string(node)
                        : NULL;

        return text && g_utf8_validate(text, -1, NULL) ? text : NULL;
}

static JsonNode *member(JsonObject *object, const char *name) {
        return object ? json_object_get_member(object, name) : NULL;
}

const char *image_document_string(JsonObject *object, const char *name) {
        return string_of(member(object, name));
}

gint64 image_document_integer(JsonObject *object, const char *name) {
        JsonNode *node = member(object, name);

        return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64
                       ? json_node_get_int(node)
                       : 0;
}

JsonObject *image_document_object(JsonObject *object, const char *name) {
        JsonNode *node = member(object, name);

        return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *image_document_array(JsonObject *object, const char *name) {
        JsonNode *node = member(object, name);

        return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

guint image_document_length(JsonArray *array) {
        return array ? json_array_get_length(array) : 0;
}

JsonObject *image_document_object_at(JsonArray *array, guint index) {
        JsonNode *node = json_array_get_element(array, index);

        return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

const char *image_document_string_at(JsonArray *array, guint index) {
        return string_of(json_array_get_element(array, index));
}

static char **finish(GPtrArray *list) {
        g_ptr_array_add(list, NULL);
        return (char **) g_ptr_array_free(list, FALSE);
}

char **image_document_strings(JsonObject *object, const char *name) {
        JsonArray *array = image_document_array(object, name);
        GPtrArray *list = g_ptr_array_new();

        for (guint i = 0; i < image_document_length(array); i++) {
                const char *text = image_document_string_at(array, i);
                if (text)
                        g_ptr_array_add(list, g_strdup(text));
        }
        return finish(list);
}

static char **list_members(JsonObject *object, const char *name, bool with_value) {
        JsonObject *members = image_document_object(object, name);
        GPtrArray *list = g_ptr_array_new();
        JsonObjectIter iter;
        const char *key;
        JsonNode *node;

        if (!members)
                return finish(list);
        json_object_iter_init_ordered(&iter, members);
        while (json_object_iter_next_ordered(&iter, &key, &node)) {
                const char *value = string_of(node);
                if (!g_utf8_validate(key, -1, NULL))
                        continue;
                if (!with_value)
                        g_ptr_array_add(list, g_strdup(key));
                else if (value)
                        g_ptr_array_add(list, g_strconcat(key, "=", value, NULL));
        }
        return finish(list);
}

char **image_document_names(JsonObject *object, const char *name) {
        return list_members(object, name, false);
}

char **image_document_pairs(JsonObject *object, const char *name) {
        return list_members(object, name, true);
}
