/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "image/document.h"

#include <string.h>

static JsonNode *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        JsonNode *root = NULL;

        g_assert_true(image_document_parse(text, strlen(text), &root, &error));
        g_assert_no_error(error);
        return root;
}

static void refuse(const char *text, size_t size, const char *word) {
        g_autoptr(JsonNode) root = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(image_document_parse(text, size, &root, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_SYNTAX);
        g_assert_nonnull(strstr(error->message, word));
}

static void test_members_of_another_type_are_absent(void) {
        g_autoptr(JsonNode) root = parse(
                "{\"a\": 1, \"b\": \"text\", \"c\": null, \"d\": [1, \"x\", {}], \"e\": {\"k\": \"v\", \"n\": 2}}");
        JsonObject *object = json_node_get_object(root);

        g_assert_null(image_document_string(object, "a"));
        g_assert_cmpstr(image_document_string(object, "b"), ==, "text");
        g_assert_null(image_document_string(object, "c"));
        g_assert_null(image_document_string(object, "nothing"));
        g_assert_null(image_document_object(object, "d"));
        g_assert_null(image_document_array(object, "e"));
        g_assert_null(image_document_string(NULL, "a"));
        g_assert_cmpuint(image_document_length(NULL), ==, 0);

        g_auto(GStrv) strings = image_document_strings(object, "d"),
                      names = image_document_names(object, "e"), pairs = image_document_pairs(object, "e"),
                      none = image_document_strings(object, "b");
        g_assert_cmpstrv(strings, ((char *[]){"x", NULL}));
        g_assert_cmpstrv(names, ((char *[]){"k", "n", NULL}));
        g_assert_cmpstrv(pairs, ((char *[]){"k=v", NULL}));
        g_assert_cmpuint(g_strv_length(none), ==, 0);
}

static void test_order_is_kept(void) {
        g_autoptr(JsonNode) root = parse("{\"m\": {\"z\": {}, \"a\": {}, \"m\": {}, \"b\": {}}}");
        g_auto(GStrv) names = image_document_names(json_node_get_object(root), "m");

        g_assert_cmpstrv(names, ((char *[]){"z", "a", "m", "b", NULL}));
}

static void test_what_is_no_document(void) {
        g_autofree char *deep = g_strnfill(1 << 20, '['),
                        *large = g_strnfill(IMAGE_DOCUMENT_SIZE_MAX + 1, ' ');

        refuse("", 0, "empty");
        refuse("{", 1, "not JSON");
        refuse("\xff", 1, "UTF-8");
        refuse("{\0}", 3, "UTF-8");
        refuse(deep, strlen(deep), "nested");
        refuse(large, strlen(large), "larger");
}

/* json-glib descends without end; what it takes and JSON has not must not hide from us how deep. */
static void test_levels_cannot_be_hidden(void) {
        static const char *const hiding[] = {"/*\"*/", "//\"\n", "['\"',", "var a\"b = "};
        g_autofree char *deep = g_strnfill(1 << 20, '[');

        for (size_t i = 0; i < G_N_ELEMENTS(hiding); i++) {
                g_autofree char *text = g_strconcat(hiding[i], deep, NULL);
                refuse(text, strlen(text), i < 3 ? "JSON does not have" : "not JSON");
        }
        refuse("var a = 1", strlen("var a = 1"), "JSON does not have");
}

static void test_brackets_in_strings_are_no_levels(void) {
        g_autofree char *brackets = g_strnfill(100, '[');
        g_autofree char *text = g_strdup_printf("[\"%s\\\"%s\"]", brackets, brackets);
        g_autoptr(JsonNode) root = parse(text);

        g_assert_cmpuint(strlen(image_document_string_at(json_node_get_array(root), 0)), ==, 201);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/image-document/members-of-another-type-are-absent",
                        test_members_of_another_type_are_absent);
        g_test_add_func("/image-document/order-is-kept", test_order_is_kept);
        g_test_add_func("/image-document/what-is-no-document", test_what_is_no_document);
        g_test_add_func("/image-document/levels-cannot-be-hidden", test_levels_cannot_be_hidden);
        g_test_add_func("/image-document/brackets-in-strings-are-no-levels",
                        test_brackets_in_strings_are_no_levels);
        return g_test_run();
}
