/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia exec, shell: a further command in a container that runs. No service manager is asked, so it is quick. */

#include "base/error.h"
#include "base/file.h"
#include "cli/busybox.h"
#include "cli/containers.h"
#include "cli/usage.h"
#include "cli/verb.h"
#include "runner/environment.h"
#include "runner/exec-client.h"
#include "runner/exec-program.h"
#include "runner/exit-status.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char exec_description[] =
        "NAME is a container's name or its unit's. The command has the container's namespaces,\n"
        "limits, capabilities, system call filter, environment, user and folder. Exit status:\n"
        "the command's, 128 and more for a signal; 125 when it could not be started, 126 when\n"
        "it cannot be executed, 127 when there is no such program.";

static const char shell_description[] =
        "NAME is a container's name or its unit's. It is a login shell of the container's user,\n"
        "or of --user=; bash where the image has it. Where the image has no shell at all, it is\n"
        "a static busybox of this host, with all its programs behind the image's own; nothing\n"
        "of it is written into the container.";

typedef struct ExecOptions {
        gboolean interactive, terminal, detach;
        char **environment, **environment_files;
        char *user, *folder;
} ExecOptions;

static void clear_options(ExecOptions *options) {
        g_strfreev(options->environment);
        g_strfreev(options->environment_files);
        g_free(options->user);
        g_free(options->folder);
}

/* NAME alone is the value that we have. */
static void add_environment(ExecRequest *request, char **variables) {
        for (; variables && *variables; variables++) {
                const char *value = strchr(*variables, '=') ? "" : g_getenv(*variables);
                if (strchr(*variables, '='))
                        g_ptr_array_add(request->environment, g_strdup(*variables));
                else if (value)
                        g_ptr_array_add(request->environment, g_strconcat(*variables, "=", value, NULL));
        }
}

static ExecRequest *make_request(const ExecOptions *options, char **words) {
        ExecRequest *request = exec_request_new();
        const char *kind = g_getenv("TERM");

        request->user = g_strdup(options->user);
        request->folder = g_strdup(options->folder);
        request->has_terminal = options->terminal;
        request->is_detached = options->detach;
        if (options->terminal && kind)
                g_ptr_array_add(request->environment, g_strconcat("TERM=", kind, NULL));
        add_environment(request, options->environment);
        for (; *words; words++)
                g_ptr_array_add(request->words, g_strdup(*words));
        return request;
}

static bool find_folder(const char *name, char **ret_folder, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(Container) container = NULL;

        if (!manager_open(&manager, error) || !containers_find_running(manager, name, &container, error))
                return false;
        /* The command would be born frozen. */
        if (state_is_frozen(container->state))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is paused; 'wolffia unpause %s' lets it go on",
                            name, name);
        *ret_folder = g_strdup(container->folder);
        return true;
}

/* They come before what --env= says, which has its place already. */
static bool read_environment_files(ExecRequest *request, char **files, GError **error) {
        g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

        for (; files && *files; files++) {
                g_autofree char *text = NULL;
                if (!file_read(AT_FDCWD, *files, 1 << 24, &text, NULL, error))
                        return fail_prefix(error, "--env-file=%s", *files);
                environment_parse_file(text, all);
        }
        for (guint i = all->len; i > 0; i--)
                g_ptr_array_insert(request->environment, 0, g_strdup(all->pdata[i - 1]));
        return true;
}

static int run(const char *name, const ExecOptions *options, char **words) {
        g_autoptr(ExecRequest) request = make_request(options, words);
        g_autoptr(GError) error = NULL;
        g_autofree char *folder = NULL;
        int status = EXIT_STATUS_NOT_STARTED;

        if (!read_environment_files(request, options->environment_files, &error) ||
            !find_folder(name, &folder, &error) ||
            !exec_client_run(folder, request, options->interactive, &status, &error))
                (void) verb_fail(error);
        return status;
}

int verb_exec(const Verb *verb, int argc, char **argv) {
        ExecOptions options = {0};
        const GOptionEntry entries[] = {
                {"detach", 'd', 0, G_OPTION_ARG_NONE, &options.detach, "Do not wait for its end", NULL},
                {"env", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &options.environment,
                 "A variable; NAME alone: the value that it has here", "NAME=VALUE"},
                {"env-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.environment_files,
                 "Variables from a file, a line each", "FILE"},
                {"interactive", 'i', 0, G_OPTION_ARG_NONE, &options.interactive,
                 "Give it the standard input", NULL},
                {"tty", 't', 0, G_OPTION_ARG_NONE, &options.terminal, "Give it a terminal", NULL},
                {"user", 'u', 0, G_OPTION_ARG_STRING, &options.user, "Another user than the container's",
                 "USER[:GROUP]"},
                {"workdir", 'w', 0, G_OPTION_ARG_STRING, &options.folder, "Another working folder",
                 "FOLDER"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, exec_description, true, argc, argv, &arguments, &status))
                return status;
        if (!arguments[0] || !arguments[1])
                status = verb_misuse(verb, "the name of a container and a command are needed");
        else if (options.terminal && options.interactive && !isatty(STDIN_FILENO))
                status = verb_misuse(
                        verb, "--tty with --interactive is for a terminal, and standard input is none");
        else
                status = run(arguments[0], &options, arguments + 1);
        clear_options(&options);
        return status;
}

/* ---- shell ---- */

static void set_words(ExecRequest *request, const char *const *words) {
        g_ptr_array_set_size(request->words, 0);
        for (; *words; words++)
                g_ptr_array_add(request->words, g_strdup(*words));
}

/* A second try, with the host's busybox. */
static bool lend_shell(const char *name, const char *folder, ExecRequest *request, int *ret_status,
                       GError **error) {
        static const char *const words[] = {EXEC_PROGRAM_FOLDER "/busybox", "sh", NULL};

        g_ptr_array_unref(g_steal_pointer(&request->programs));
        if (!busybox_copy(&request->program_fd, &request->programs, error)) {
                request->programs = g_ptr_array_new_with_free_func(g_free);
                g_prefix_error(
                        error,
                        "The image has no shell ('wolffia mount %s' shows its files to one of the host), and ",
                        name);
                return false;
        }
        set_words(request, words);
        return exec_client_run(folder, request, true, ret_status, error);
}

static int run_shell(const char *name, const ExecOptions *options) {
        static const char script[] =
                "if command -v bash >/dev/null 2>&1; then exec bash -l; else exec sh -l; fi";
        char *words[] = {(char *) "/bin/sh", (char *) "-c", (char *) script, NULL};
        g_autoptr(ExecRequest) request = make_request(options, words);
        g_autoptr(GError) error = NULL;
        g_autofree char *folder = NULL;
        int status = EXIT_STATUS_NOT_STARTED;

        if (find_folder(name, &folder, &error) && !exec_client_run(folder, request, true, &status, &error) &&
            status == EXIT_STATUS_NOT_FOUND) {
                g_clear_error(&error);
                (void) lend_shell(name, folder, request, &status, &error);
        }
        if (error)
                (void) verb_fail(error);
        return status;
}

int verb_shell(const Verb *verb, int argc, char **argv) {
        ExecOptions options = {.interactive = TRUE,
                               .terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
        const GOptionEntry entries[] = {
                {"user", 'u', 0, G_OPTION_ARG_STRING, &options.user, "Another user than the container's",
                 "USER[:GROUP]"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, shell_description, true, argc, argv, &arguments, &status))
                return status;
        status = g_strv_length(arguments) == 1 ? run_shell(arguments[0], &options)
                                               : verb_misuse(verb, "the name of one container is needed");
        clear_options(&options);
        return status;
}
