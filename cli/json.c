/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Of Go's templates, which podman has, people use fields and nearly nothing else: the rest is refused by name. */

#include "cli/json.h"

#include "base/error.h"
#include "cli/table.h"

#include <stdio.h>
#include <string.h>

void json_add_string(JsonBuilder *builder, const char *name, const char *text) {
        json_builder_set_member_name(builder, name);
        json_builder_add_string_value(builder, text ? text : "");
}

void json_add_integer(JsonBuilder *builder, const char *name, gint64 value) {
        json_builder_set_member_name(builder, name);
        json_builder_add_int_value(builder, value);
}

void json_add_number(JsonBuilder *builder, const char *name, guint64 value) {
        json_builder_set_member_name(builder, name);
        if (value == JSON_UNKNOWN)
                json_builder_add_null_value(builder);
        else
                json_builder_add_int_value(builder, (gint64) value);
}

void json_add_boolean(JsonBuilder *builder, const char *name, bool value) {
        json_builder_set_member_name(builder, name);
        json_builder_add_boolean_value(builder, value);
}

void json_add_list(JsonBuilder *builder, const char *name, const char *const *list) {
        json_builder_set_member_name(builder, name);
        json_builder_begin_array(builder);
        for (; list && *list; list++)
                json_builder_add_string_value(builder, *list);
        json_builder_end_array(builder);
}

void json_add_words(JsonBuilder *builder, const char *name, const GPtrArray *words) {
        json_builder_set_member_name(builder, name);
        json_builder_begin_array(builder);
        for (guint i = 0; i < words->len; i++)
                json_builder_add_string_value(builder, words->pdata[i]);
        json_builder_end_array(builder);
}

void json_begin(JsonBuilder *builder, const char *name) {
        json_builder_set_member_name(builder, name);
        json_builder_begin_object(builder);
}

void json_show(JsonBuilder *builder) {
        g_autoptr(JsonNode) root = json_builder_get_root(builder);
        g_autofree char *text = json_to_string(root, TRUE);

        puts(text);
}

bool json_show_as(JsonBuilder *builder, const char *template, GError **error) {
        if (!template) {
                json_show(builder);
                return true;
        }
        g_autoptr(JsonNode) root = json_builder_get_root(builder);
        return json_show_template(root, template, error);
}

/* ---- templates ---- */

/* Podman's names for the same. */
static const char *our_name(const char *name) {
        static const char *const names[][2] = {{"Names", "name"}, {"Status", "state"}};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (g_ascii_strcasecmp(name, names[i][0]) == 0)
                        return names[i][1];
        return name;
}

static JsonNode *find_member(JsonNode *node, const char *name) {
        if (!node || !JSON_NODE_HOLDS_OBJECT(node))
                return NULL;
        g_autoptr(GList) members = json_object_get_members(json_node_get_object(node));
        for (GList *member = members; member; member = member->next)
                if (g_ascii_strcasecmp(member->data, name) == 0)
                        return json_object_get_member(json_node_get_object(node), member->data);
        return NULL;
}

static char *print_value(JsonNode *node) {
        if (JSON_NODE_HOLDS_NULL(node))
                return g_strdup("");
        if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
                return g_strdup(json_node_get_string(node));
        return json_to_string(node, FALSE);
}

/* A list of words as words. */
static char *print_node(JsonNode *node) {
        if (!JSON_NODE_HOLDS_ARRAY(node))
                return print_value(node);
        GString *text = g_string_new(NULL);
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++) {
                g_autofree char *word = print_value(json_array_get_element(array, i));
                g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", word);
        }
        return g_string_free(text, FALSE);
}

static bool fail_member(JsonNode *root, const char *path, GError **error) {
        g_autoptr(GString) names = g_string_new(NULL);
        g_autoptr(GList) members =
                JSON_NODE_HOLDS_OBJECT(root) ? json_object_get_members(json_node_get_object(root)) : NULL;

        for (GList *member = members; member; member = member->next)
                g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", (char *) member->data);
        return fail(error, WOLFFIA_ERROR_VALUE, "--format: there is no field '%s'; there are %s", path,
                    names->str);
}

/* PATH is what stands between "{{" and "}}". */
static bool append_field(GString *text, JsonNode *root, const char *path, GError **error) {
        JsonNode *node = root;

        if (g_str_equal(path, "json ."))
                path = ".";
        if (path[0] != '.' || strpbrk(path, " |()\"$"))
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "--format: '{{%s}}' is more than a field, write {{.name}}; 'jq' does the rest with --json",
                        path);
        g_auto(GStrv) names = g_strsplit(path + 1, ".", -1);
        for (char **name = names; *name && **name; name++) {
                JsonNode *found = find_member(node, *name);
                node = found ? found : find_member(node, our_name(*name));
                if (!node)
                        return fail_member(root, path, error);
        }
        g_autofree char *value = print_node(node);
        g_string_append(text, value);
        return true;
}

static bool append_line(GString *text, JsonNode *node, const char *template, GError **error) {
        while (*template) {
                if (g_str_has_prefix(template, "{{")) {
                        const char *end = strstr(template, "}}");
                        if (!end)
                                return fail(error, WOLFFIA_ERROR_VALUE,
                                            "--format: '}}' is missing behind '%s'", template);
                        g_autofree char *path =
                                g_strstrip(g_strndup(template + 2, (gsize) (end - template) - 2));
                        if (!append_field(text, node, path, error))
                                return false;
                        template = end + 2;
                } else if (template[0] == '\\' && (template[1] == 't' || template[1] == 'n')) {
                        g_string_append_c(text, template[1] == 't' ? '\t' : '\n');
                        template += 2;
                } else
                        g_string_append_c(text, *template ++);
        }
        g_string_append_c(text, '\n');
        return true;
}

/* ---- templates with columns ---- */

/* The names of the fields in a column, in capitals. */
static char *make_title(const char *column) {
        GString *title = g_string_new(NULL);

        for (const char *p = strstr(column, "{{"); p; p = strstr(p + 2, "{{")) {
                g_autofree char *path = g_strndup(p + 2, strcspn(p + 2, "}"));
                const char *dot = strrchr(path, '.');
                g_autofree char *word = g_ascii_strup(dot ? dot + 1 : path, -1);
                g_string_append_printf(title, "%s%s", title->len > 0 ? " " : "", g_strstrip(word));
        }
        return g_string_free(title, FALSE);
}

static bool add_row(Table *table, JsonNode *node, char **templates, GError **error) {
        for (; *templates; templates++) {
                g_autoptr(GString) text = g_string_new(NULL);
                if (!append_line(text, node, *templates, error))
                        return false;
                table_add(table, g_strchomp(text->str), TABLE_PLAIN);
        }
        return true;
}

static bool show_columns(JsonArray *array, const char *template, char **ret_text, GError **error) {
        g_auto(GStrv) tabs = g_strsplit(template, "\\t", -1);
        g_autofree char *joined = g_strjoinv("\t", tabs);
        g_auto(GStrv) templates = g_strsplit(joined, "\t", -1);
        guint count = g_strv_length(templates);
        g_autofree TableColumn *columns = g_new0(TableColumn, count);
        g_auto(GStrv) titles = g_new0(char *, count + 1);
        bool done = true;

        for (guint i = 0; i < count; i++) {
                titles[i] = make_title(templates[i]);
                columns[i] = (TableColumn){titles[i], false, true};
        }
        g_autoptr(Table) table = table_new(columns, count);
        for (guint i = 0; done && i < json_array_get_length(array); i++)
                done = add_row(table, json_array_get_element(array, i), templates, error);
        if (done)
                *ret_text = table_print(table, table_width(stdout), table_is_coloured(stdout));
        return done;
}

bool json_print_template(JsonNode *node, const char *template, char **ret_text, GError **error) {
        g_autoptr(GString) text = g_string_new(NULL);

        if (g_str_has_prefix(template, "table ") && JSON_NODE_HOLDS_ARRAY(node))
                return show_columns(json_node_get_array(node), template + strlen("table "), ret_text, error);
        if (g_str_has_prefix(template, "table "))
                template += strlen("table ");
        if (g_str_equal(template, "json")) {
                g_autofree char *all = json_to_string(node, TRUE);
                g_string_append_printf(text, "%s\n", all);
        } else if (!JSON_NODE_HOLDS_ARRAY(node)) {
                if (!append_line(text, node, template, error))
                        return false;
        } else {
                JsonArray *array = json_node_get_array(node);
                for (guint i = 0; i < json_array_get_length(array); i++)
                        if (!append_line(text, json_array_get_element(array, i), template, error))
                                return false;
        }
        *ret_text = g_strdup(text->str);
        return true;
}

bool json_show_template(JsonNode *node, const char *template, GError **error) {
        g_autofree char *text = NULL;

        if (!json_print_template(node, template, &text, error))
                return false;
        fputs(text, stdout);
        return true;
}
