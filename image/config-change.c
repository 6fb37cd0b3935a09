/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writing configurations: the instructions of a Containerfile that change settings only (containerfile(5)), as
 * `podman import --change` takes them. */

#include "image/config.h"

#include "base/error.h"
#include "image/document.h"

#include <string.h>

JsonObject *image_config_new_settings(void) {
        return json_object_new();
}

static void set_words(JsonObject *settings, const char *member, char **words) {
        JsonArray *array = json_array_new();

        for (; *words; words++)
                json_array_add_string_element(array, *words);
        json_object_set_array_member(settings, member, array);
}

/* `["nginx", "-g"]`, or a line for the shell. */
static bool set_command(JsonObject *settings, const char *member, const char *value, GError **error) {
        const char *shell[] = {"/bin/sh", "-c", value, NULL};

        if (value[0] != '[') {
                set_words(settings, member, (char **) shell);
                return true;
        }

        g_autoptr(JsonNode) root = NULL;
        if (!image_document_parse(value, strlen(value), &root, error))
                return fail_prefix(error, "'%s'", value);
        JsonArray *words = json_node_get_array(root);
        for (guint i = 0; i < json_array_get_length(words); i++)
                if (!image_document_string_at(words, i))
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is no list of strings", value);
        json_object_set_array_member(settings, member, json_array_ref(words));
        return true;
}

static JsonArray *list_of(JsonObject *settings, const char *member) {
        if (!json_object_has_member(settings, member))
                json_object_set_array_member(settings, member, json_array_new());
        return json_object_get_array_member(settings, member);
}

static JsonObject *table_of(JsonObject *settings, const char *member) {
        if (!json_object_has_member(settings, member))
                json_object_set_object_member(settings, member, json_object_new());
        return json_object_get_object_member(settings, member);
}

static void set_variable(JsonObject *settings, const char *pair) {
        JsonArray *list = list_of(settings, "Env");
        size_t name_length = strcspn(pair, "=") + 1;

        for (guint i = 0; i < json_array_get_length(list); i++)
                if (strncmp(json_array_get_string_element(list, i), pair, name_length) == 0) {
                        json_array_remove_element(list, i);
                        break;
                }
        json_array_add_string_element(list, pair);
}

/* "A=b C='d e'", or the old form "A the rest of the line". */
static bool split_pairs(const char *value, char ***ret_pairs, GError **error) {
        g_autoptr(GError) failure = NULL;
        char **pairs;

        if (strcspn(value, " \t") < strcspn(value, "=")) {
                size_t name_length = strcspn(value, " \t");
                g_autofree char *name = g_strndup(value, name_length);
                pairs = g_new0(char *, 2);
                pairs[0] = g_strconcat(name, "=", value + name_length + strspn(value + name_length, " \t"),
                                       NULL);
        } else if (!g_shell_parse_argv(value, NULL, &pairs, &failure)) {
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s': %s", value, failure->message);
        }

        for (char **pair = pairs; *pair; pair++)
                if (!strchr(*pair, '=') || **pair == '=') {
                        bool failed = fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not of the form NAME=VALUE",
                                           *pair);
                        g_strfreev(pairs);
                        return failed;
                }
        *ret_pairs = pairs;
        return true;
}

static bool set_pairs(JsonObject *settings, bool labels, const char *value, GError **error) {
        g_auto(GStrv) pairs = NULL;

        if (!split_pairs(value, &pairs, error))
                return false;
        for (char **pair = pairs; *pair; pair++) {
                g_autofree char *name = g_strndup(*pair, strcspn(*pair, "="));
                if (labels)
                        json_object_set_string_member(table_of(settings, "Labels"), name,
                                                      *pair + strlen(name) + 1);
                else
                        set_variable(settings, *pair);
        }
        return true;
}

/* "80", "53/udp", "8000-8010/tcp". */
static bool add_port(JsonObject *settings, const char *port, GError **error) {
        g_auto(GStrv) parts = g_strsplit(port, "/", 2);
        const char *protocol = parts[1] ? parts[1] : "tcp";
        g_auto(GStrv) ends = g_strsplit(parts[0] ? parts[0] : "", "-", 2);
        bool good =
                g_strv_length(ends) > 0 && (g_str_equal(protocol, "tcp") || g_str_equal(protocol, "udp") ||
                                            g_str_equal(protocol, "sctp"));

        for (char **end = ends; *end && good; end++)
                good = g_ascii_isdigit(**end) &&
                       g_ascii_string_to_unsigned(*end, 10, 1, G_MAXUINT16, NULL, NULL);
        if (!good)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not of the form PORT[-PORT][/tcp|udp|sctp]",
                            port);

        g_autofree char *key = g_strdup_printf("%s/%s", parts[0], protocol);
        json_object_set_object_member(table_of(settings, "ExposedPorts"), key, json_object_new());
        return true;
}

static bool add_ports(JsonObject *settings, const char *value, GError **error) {
        g_auto(GStrv) words = g_strsplit_set(value, " \t", -1);

        for (char **word = words; *word; word++)
                if (**word && !add_port(settings, *word, error))
                        return false;
        return true;
}

static bool add_volumes(JsonObject *settings, const char *value, GError **error) {
        g_auto(GStrv) words = g_strsplit_set(value, " \t[],\"", -1);

        for (char **word = words; *word; word++) {
                if (**word && **word != '/')
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an absolute path", *word);
                if (**word)
                        json_object_set_object_member(table_of(settings, "Volumes"), *word,
                                                      json_object_new());
        }
        return true;
}

static bool apply(JsonObject *settings, const char *keyword, const char *value, GError **error) {
        static const struct {
                const char *keyword;
                const char *member;
        } strings[] = {{"USER", "User"}, {"WORKDIR", "WorkingDir"}, {"STOPSIGNAL", "StopSignal"}};

        for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
                if (g_str_equal(strings[i].keyword, keyword)) {
                        json_object_set_string_member(settings, strings[i].member, value);
                        return true;
                }
        if (g_str_equal(keyword, "CMD"))
                return set_command(settings, "Cmd", value, error);
        if (g_str_equal(keyword, "ENTRYPOINT"))
                return set_command(settings, "Entrypoint", value, error);
        if (g_str_equal(keyword, "ENV") || g_str_equal(keyword, "LABEL"))
                return set_pairs(settings, g_str_equal(keyword, "LABEL"), value, error);
        if (g_str_equal(keyword, "EXPOSE"))
                return add_ports(settings, value, error);
        if (g_str_equal(keyword, "VOLUME"))
                return add_volumes(settings, value, error);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is none of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME "
                    "and WORKDIR",
                    keyword);
}

bool image_config_change(JsonObject *settings, const char *line, GError **error) {
        g_autofree char *copy = g_strstrip(g_strdup(line));
        size_t length = strcspn(copy, " \t=");
        g_autofree char *word = g_strndup(copy, length), *keyword = g_ascii_strup(word, -1);
        const char *value = copy + length;

        /* "CMD=nginx" is podman's second form. */
        if (*value == '=')
                value++;
        value += strspn(value, " \t");
        if (!g_utf8_validate(line, -1, NULL))
                return fail(error, WOLFFIA_ERROR_VALUE, "A change is not UTF-8 text");
        if (!*value)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has no value", line);
        return apply(settings, keyword, value, error);
}

char *image_config_print(JsonObject *settings, const char *architecture, const char *diff_id) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "architecture");
        json_builder_add_string_value(builder, architecture);
        json_builder_set_member_name(builder, "os");
        json_builder_add_string_value(builder, "linux");
        json_builder_set_member_name(builder, "config");
        g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), settings);
        json_builder_add_value(builder, g_steal_pointer(&node));
        json_builder_set_member_name(builder, "rootfs");
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "type");
        json_builder_add_string_value(builder, "layers");
        json_builder_set_member_name(builder, "diff_ids");
        json_builder_begin_array(builder);
        json_builder_add_string_value(builder, diff_id);
        json_builder_end_array(builder);
        json_builder_end_object(builder);
        json_builder_end_object(builder);

        g_autoptr(JsonNode) root = json_builder_get_root(builder);
        return json_to_string(root, FALSE);
}
