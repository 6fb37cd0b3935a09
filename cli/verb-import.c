/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia import: from files to the store. */

#include "base/error.h"
#include "cli/verb.h"
#include "image/config.h"
#include "image/import.h"
#include "image/reference.h"

#include <stdio.h>

static const char description[] =
        "SOURCE is an OCI layout, an archive of one, an archive of 'docker save', a root\n"
        "folder or a tar archive of one (- for standard input). Which of them is found\n"
        "out by looking; a prefix says it: oci:PATH[:NAME], oci-archive:PATH[:NAME],\n"
        "docker-archive:PATH[:NAME], dir:PATH, tar:PATH.\n"
        "\n"
        "The options that describe how to run it are for root folders, which do not say\n"
        "so themselves; images do.";

typedef struct ImportOptions {
        gboolean quiet;
        char *architecture, *entrypoint, *command, *user, *folder, *signal, *store;
        char **changes, **variables, **ports, **labels;
} ImportOptions;

static bool change(JsonObject *settings, const char *keyword, const char *value, GError **error) {
        if (!value)
                return true;
        g_autofree char *line = g_strconcat(keyword, " ", value, NULL);
        return image_config_change(settings, line, error);
}

static bool change_all(JsonObject *settings, const char *keyword, char **values, GError **error) {
        for (; values && *values; values++)
                if (!change(settings, keyword, *values, error))
                        return false;
        return true;
}

/* A shell would have split --env='A=b c' if it were two; the Containerfile's ENV would do so again. */
static bool add_pairs(JsonObject *settings, const char *keyword, char **pairs, GError **error) {
        for (; pairs && *pairs; pairs++) {
                g_autofree char *quoted = g_shell_quote(*pairs);
                if (!change(settings, keyword, quoted, error))
                        return false;
        }
        return true;
}

/* As with podman: a JSON list, or words as a shell splits them. */
static bool change_words(JsonObject *settings, const char *keyword, const char *value, GError **error) {
        g_auto(GStrv) words = NULL;
        g_autoptr(GError) failure = NULL;

        if (!value || value[0] == '[')
                return change(settings, keyword, value, error);
        if (!g_shell_parse_argv(value, NULL, &words, &failure))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s': %s", value, failure->message);

        g_autoptr(JsonNode) root = json_node_alloc();
        g_autoptr(JsonArray) array = json_array_new();
        for (char **word = words; *word; word++)
                json_array_add_string_element(array, *word);
        json_node_init_array(root, array);
        g_autofree char *list = json_to_string(root, FALSE);
        return change(settings, keyword, list, error);
}

static bool apply(const ImportOptions *options, JsonObject *settings, GError **error) {
        for (char **line = options->changes; line && *line; line++)
                if (!image_config_change(settings, *line, error))
                        return fail_prefix(error, "--change");
        return change_words(settings, "ENTRYPOINT", options->entrypoint, error) &&
               change_words(settings, "CMD", options->command, error) &&
               add_pairs(settings, "ENV", options->variables, error) &&
               add_pairs(settings, "LABEL", options->labels, error) &&
               change_all(settings, "EXPOSE", options->ports, error) &&
               change(settings, "USER", options->user, error) &&
               change(settings, "WORKDIR", options->folder, error) &&
               change(settings, "STOPSIGNAL", options->signal, error);
}

static bool run(const ImportOptions *options, const char *name, const char *source, GError **error) {
        g_autoptr(JsonObject) settings = image_config_new_settings();
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(ImageReference) reference = NULL;
        g_autoptr(ImageStore) store = NULL;
        g_autofree char *digest = NULL;
        ImageProgress progress;

        if (!apply(options, settings, error) || !image_reference_parse(name, &reference, error))
                return false;
        if (reference->digest)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "A digest cannot be given to an image; name it NAME[:TAG]");

        image_progress_init(&progress, options->quiet);
        g_autofree char *full = image_reference_print(reference, IMAGE_REFERENCE_LOCAL_REGISTRY);
        ImageImport import = {
                .name = full,
                .architecture = options->architecture,
                .settings = settings,
                .progress = &progress,
                .warnings = warnings,
                .is_for_others = options->store != NULL,
        };
        if (!(options->store ? image_store_open_for_others(options->store, &store, error)
                             : image_store_open(&store, error)) ||
            !image_import(store, &import, source, &digest, error))
                return false;

        verb_warn_all(warnings);
        printf("%s\n", digest);
        return true;
}

static void clear(ImportOptions *options) {
        g_free(options->architecture);
        g_free(options->entrypoint);
        g_free(options->command);
        g_free(options->user);
        g_free(options->folder);
        g_free(options->signal);
        g_free(options->store);
        g_strfreev(options->changes);
        g_strfreev(options->variables);
        g_strfreev(options->ports);
        g_strfreev(options->labels);
}

int verb_import(const Verb *verb, int argc, char **argv) {
        ImportOptions options = {0};
        const GOptionEntry entries[] = {
                {"arch", 0, 0, G_OPTION_ARG_STRING, &options.architecture,
                 "Another architecture than this machine's (arm64, …)", "ARCH"},
                {"change", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &options.changes,
                 "A line as in a Containerfile: 'CMD [\"nginx\"]', 'ENV A=b', …", "LINE"},
                {"entrypoint", 0, 0, G_OPTION_ARG_STRING, &options.entrypoint,
                 "The program, as words or as a JSON list", "COMMAND"},
                {"cmd", 0, 0, G_OPTION_ARG_STRING, &options.command,
                 "Its default arguments, or the program where there is no entrypoint", "COMMAND"},
                {"env", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &options.variables, "An environment variable",
                 "NAME=VALUE"},
                {"label", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &options.labels, "A label", "NAME=VALUE"},
                {"expose", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.ports, "A port that it listens on",
                 "PORT[/udp]"},
                {"user", 'u', 0, G_OPTION_ARG_STRING, &options.user, "The user that it runs as",
                 "USER[:GROUP]"},
                {"workdir", 'w', 0, G_OPTION_ARG_STRING, &options.folder, "The folder that it runs in",
                 "PATH"},
                {"stop-signal", 0, 0, G_OPTION_ARG_STRING, &options.signal, "The signal that ends it",
                 "SIGNAL"},
                {"store", 0, 0, G_OPTION_ARG_FILENAME, &options.store,
                 "Put it into a store that others read (ReadOnlyFolders=)", "FOLDER"},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Show no progress", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (g_strv_length(arguments) != 2)
                status = verb_misuse(verb, "a name and a source are needed");
        else if (!run(&options, arguments[0], arguments[1], &error))
                status = verb_fail(error);
        clear(&options);
        return status;
}
