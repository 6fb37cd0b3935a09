/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia inspect: all that is known of containers. */

#include "cli/containers.h"
#include "cli/describe.h"
#include "cli/json.h"
#include "cli/verb.h"

static const char description[] =
        "NAME is a container's name or its unit's. A JSON list is printed, or a line for each\n"
        "by a template: 'wolffia inspect --format {{.pid}} web'.";

static bool run(char **names, const char *format, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(JsonBuilder) builder = json_builder_new();

        if (!manager_open(&manager, error))
                return false;
        json_builder_begin_array(builder);
        for (; *names; names++) {
                g_autoptr(Container) container = NULL;
                if (!containers_find(manager, *names, &container, error))
                        return false;
                json_builder_begin_object(builder);
                describe_all(builder, manager, container);
                json_builder_end_object(builder);
        }
        json_builder_end_array(builder);
        if (!format) {
                json_show(builder);
                return true;
        }
        g_autoptr(JsonNode) root = json_builder_get_root(builder);
        return json_show_template(root, format, error);
}

int verb_inspect(const Verb *verb, int argc, char **argv) {
        char *format = NULL;
        const GOptionEntry entries[] = {
                {"format", 'f', 0, G_OPTION_ARG_STRING, &format, "A line for each, by this template",
                 "TEMPLATE"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                status = verb_misuse(verb, "the name of a container is needed");
        else if (!run(arguments, format, &error))
                status = verb_fail(error);
        g_free(format);
        return status;
}
