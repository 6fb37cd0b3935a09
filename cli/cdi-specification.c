/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is of another type than it should be counts as absent. */

#include "cli/cdi-specification.h"

#include "image/document.h"

#include <string.h>

/* What is printed is one option a line, or a remark behind a "#". */
static bool is_plain(const char *text) {
        return text && !strpbrk(text, "\n\r");
}

/* The options of a mount are separated by commas. */
static bool is_path(const char *text) {
        return is_plain(text) && text[0] == '/' && !strchr(text, ',');
}

/* A node's two paths are separated by a colon. */
static bool is_node(const char *text) {
        return is_plain(text) && text[0] == '/' && !strchr(text, ':');
}

static void print_nodes(JsonArray *nodes, GString *options) {
        for (guint i = 0; i < image_document_length(nodes); i++) {
                JsonObject *node = image_document_object_at(nodes, i);
                const char *path = image_document_string(node, "path");
                const char *host = image_document_string(node, "hostPath");

                if (is_node(path))
                        g_string_append_printf(options, "--device=%s:%s\n", is_node(host) ? host : path,
                                               path);
        }
}

static void print_mounts(JsonArray *mounts, GString *options) {
        for (guint i = 0; i < image_document_length(mounts); i++) {
                JsonObject *mount = image_document_object_at(mounts, i);
                const char *host = image_document_string(mount, "hostPath");
                const char *inside = image_document_string(mount, "containerPath");
                g_auto(GStrv) words = image_document_strings(mount, "options");
                bool writable = g_strv_contains((const char *const *) words, "rw");

                if (g_strcmp0(image_document_string(mount, "type"), "tmpfs") == 0 && is_path(inside))
                        g_string_append_printf(options, "--mount=type=tmpfs,target=%s\n", inside);
                else if (is_path(host) && is_path(inside))
                        g_string_append_printf(options, "--mount=type=bind,source=%s,target=%s%s\n", host,
                                               inside, writable ? "" : ",ro");
        }
}

/* 0 is nobody's to be given, and what is absent. */
static void add_groups(JsonArray *numbers, GArray *groups) {
        for (guint i = 0; numbers && i < json_array_get_length(numbers); i++) {
                JsonNode *node = json_array_get_element(numbers, i);
                gint64 number = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_int(node) : 0;
                gid_t gid = (gid_t) number;

                if (number > 0 && number < G_MAXUINT32)
                        g_array_append_val(groups, gid);
        }
}

static void print_edits(JsonObject *holder, GString *options, CdiRest *rest) {
        JsonObject *edits = image_document_object(holder, "containerEdits");
        g_auto(GStrv) variables = image_document_strings(edits, "env");

        for (char **variable = variables; *variable; variable++)
                if (is_plain(*variable))
                        g_string_append_printf(options, "--env=%s\n", *variable);
        print_nodes(image_document_array(edits, "deviceNodes"), options);
        print_mounts(image_document_array(edits, "mounts"), options);
        rest->has_hooks = rest->has_hooks || image_document_length(image_document_array(edits, "hooks")) > 0;
        add_groups(image_document_array(edits, "additionalGids"), rest->groups);
}

bool cdi_specification_find(const char *text, size_t size, const char *kind, const char *name,
                            GString *options, bool *ret_found, CdiRest *rest, GError **error) {
        g_autoptr(JsonNode) node = NULL;

        *ret_found = false;
        if (!image_document_parse(text, size, &node, error))
                return false;
        JsonObject *root = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
        JsonArray *devices = image_document_array(root, "devices");

        if (g_strcmp0(image_document_string(root, "kind"), kind) != 0)
                return true;
        for (guint i = 0; i < image_document_length(devices) && !*ret_found; i++) {
                JsonObject *device = image_document_object_at(devices, i);
                if (g_strcmp0(image_document_string(device, "name"), name) != 0)
                        continue;
                print_edits(root, options, rest);
                print_edits(device, options, rest);
                *ret_found = true;
        }
        return true;
}
