/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia cdi: the specifications of the Container Device Interface (JSON) as options of the runner, which calls this at
 * the start of a container that names such a device. */

#include "base/error.h"
#include "cli/verb.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static const char description[] =
        "A name is VENDOR/CLASS=DEVICE. Specifications are the .json files in\n"
        "~/.config/cdi, /etc/cdi and /run/cdi; the first that knows the device counts.";

static const char *text_of(JsonObject *object, const char *name) {
        return json_object_get_string_member_with_default(object, name, NULL);
}

/* An array of objects or strings; NULL when there is none. */
static JsonArray *array_of(JsonObject *object, const char *name) {
        JsonNode *node = json_object_get_member(object, name);

        return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonObject *object_at(JsonArray *array, guint i) {
        JsonNode *node = json_array_get_element(array, i);

        return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* What is printed is one option a line, or a remark behind a "#". */
static bool is_plain(const char *text) {
        return text && !strpbrk(text, "\n\r");
}

static void print_nodes(JsonArray *nodes) {
        for (guint i = 0; nodes && i < json_array_get_length(nodes); i++) {
                JsonObject *node = object_at(nodes, i);
                const char *path = node ? text_of(node, "path") : NULL;
                const char *host = node ? text_of(node, "hostPath") : NULL;

                if (is_plain(path))
                        printf("--device=%s:%s\n", is_plain(host) ? host : path, path);
        }
}

static void print_mounts(JsonArray *mounts) {
        for (guint i = 0; mounts && i < json_array_get_length(mounts); i++) {
                JsonObject *mount = object_at(mounts, i);
                const char *host = mount ? text_of(mount, "hostPath") : NULL;
                const char *inside = mount ? text_of(mount, "containerPath") : NULL;
                JsonArray *options = mount ? array_of(mount, "options") : NULL;
                bool writable = false;

                if (!is_plain(host) || !is_plain(inside))
                        continue;
                for (guint j = 0; options && j < json_array_get_length(options); j++)
                        writable =
                                writable || g_strcmp0(json_array_get_string_element(options, j), "rw") == 0;
                printf("--mount=type=bind,source=%s,target=%s%s\n", host, inside, writable ? "" : ",ro");
        }
}

static void print_edits(JsonObject *holder, bool *ret_hooks) {
        JsonNode *node = json_object_get_member(holder, "containerEdits");
        JsonObject *edits = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
        JsonArray *variables = edits ? array_of(edits, "env") : NULL,
                  *hooks = edits ? array_of(edits, "hooks") : NULL;

        if (!edits)
                return;
        for (guint i = 0; variables && i < json_array_get_length(variables); i++)
                if (is_plain(json_array_get_string_element(variables, i)))
                        printf("--env=%s\n", json_array_get_string_element(variables, i));
        print_nodes(array_of(edits, "deviceNodes"));
        print_mounts(array_of(edits, "mounts"));
        *ret_hooks = *ret_hooks || (hooks && json_array_get_length(hooks) > 0);
}

/* Whether the specification knows the device; then it is printed. */
static bool print_device(JsonObject *root, const char *kind, const char *name, bool *ret_hooks) {
        JsonArray *devices = array_of(root, "devices");

        if (g_strcmp0(text_of(root, "kind"), kind) != 0)
                return false;
        for (guint i = 0; devices && i < json_array_get_length(devices); i++) {
                JsonObject *device = object_at(devices, i);
                if (!device || g_strcmp0(text_of(device, "name"), name) != 0)
                        continue;
                print_edits(root, ret_hooks);
                print_edits(device, ret_hooks);
                return true;
        }
        return false;
}

/* A file that is none is warned of and passed over: others may know the device. */
static bool look_into(const char *path, const char *kind, const char *name, bool *ret_hooks) {
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(GError) error = NULL;

        if (!json_parser_load_from_file(parser, path, &error)) {
                g_autofree char *text = g_strdup_printf("%s cannot be read: %s", path, error->message);
                verb_warn(text);
                return false;
        }
        JsonNode *root = json_parser_get_root(parser);
        return root && JSON_NODE_HOLDS_OBJECT(root) &&
               print_device(json_node_get_object(root), kind, name, ret_hooks);
}

static bool look_in_folder(const char *folder, const char *kind, const char *name, bool *ret_hooks) {
        GDir *dir = g_dir_open(folder, 0, NULL);
        bool found = false;
        const char *entry;

        while (dir && !found && (entry = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(folder, entry, NULL);
                found = g_str_has_suffix(entry, ".json") && look_into(path, kind, name, ret_hooks);
        }
        if (dir)
                g_dir_close(dir);
        return found;
}

static bool translate(const char *text, GError **error) {
        const char *equals = strchr(text, '=');
        g_autofree char *own = g_build_filename(g_get_user_config_dir(), "cdi", NULL);
        const char *const folders[] = {own, "/etc/cdi", "/run/cdi"};
        bool hooks = false;

        if (!equals)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not of the form VENDOR/CLASS=DEVICE", text);
        g_autofree char *kind = g_strndup(text, (gsize) (equals - text));
        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
                if (!look_in_folder(folders[i], kind, equals + 1, &hooks))
                        continue;
                if (hooks)
                        puts("# its specification has hooks, programs of the host that change the container; they are not run");
                return true;
        }
        return fail(
                error, WOLFFIA_ERROR_NOT_FOUND,
                "No specification in ~/.config/cdi, /etc/cdi or /run/cdi knows the device '%s' (for NVIDIA's: "
                "'nvidia-ctk cdi generate --format=json --output=/etc/cdi/nvidia.json' as root)",
                text);
}

int verb_cdi(const Verb *verb, int argc, char **argv) {
        const GOptionEntry entries[] = {{NULL}};
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a device is needed");
        for (char **name = arguments; *name; name++) {
                g_autoptr(GError) error = NULL;
                if (!translate(*name, &error))
                        return verb_fail(error);
        }
        return VERB_SUCCESS;
}
