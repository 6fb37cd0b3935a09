/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia logs: becomes journalctl, which knows pagers, time and following better than anybody. */

#include "base/error.h"
#include "cli/containers.h"
#include "cli/log-time.h"
#include "cli/verb.h"

#include <errno.h>
#include <unistd.h>

static const char description[] =
        "What containers have written, with what their units and Wolffia say of them, from the\n"
        "journal; of several in the order of time, and --timestamps says whose each line is.\n"
        "NAME is a container's name or its unit's. Times are those of journalctl(1):\n"
        "'10 min ago', '2026-01-31 12:00', yesterday; 1h is an hour ago.";

typedef struct LogsOptions {
        gboolean follow, json, timestamps, boot, reverse;
        char *lines, *since, *until;
} LogsOptions;

static void add(GPtrArray *argv, const char *option, const char *value) {
        if (value)
                g_ptr_array_add(argv, g_strconcat(option, value, NULL));
}

/* "all", which podman knows and journalctl(1) too. */
static bool is_number(const char *text) {
        return g_str_equal(text, "all") || (*text && text[strspn(text, "0123456789")] == '\0');
}

static const char *choose_output(const LogsOptions *options) {
        return options->json ? "json" : options->timestamps ? "short-iso" : "cat";
}

static void warn_of_driver(const Container *container, const char *what, const char *where) {
        g_autofree char *text = g_strdup_printf("'%s' %s%s, so only what its unit says is in the journal",
                                                container->name, what, where);

        verb_warn(text);
}

static bool check_driver(const Container *container, GError **error) {
        const char *driver = container->state  ? container->state->log_driver
                             : container->spec ? container->spec->log_driver
                                               : NULL;

        if (!*container->unit)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' was started by hand: its output goes where it was started, not into the journal",
                        container->name);
        if (g_strcmp0(driver, "none") == 0)
                warn_of_driver(container, "runs with LogDriver=", driver);
        if (container->state && *container->state->log_path)
                warn_of_driver(container, "writes into ", container->state->log_path);
        return true;
}

static bool add_units(GPtrArray *argv, char *const *names, GError **error) {
        g_autoptr(Manager) manager = NULL;

        if (!manager_open(&manager, error))
                return false;
        for (; *names; names++) {
                g_autoptr(Container) container = NULL;
                if (!containers_find(manager, *names, &container, error) || !check_driver(container, error))
                        return false;
                add(argv, "--unit=", container->unit);
        }
        return true;
}

static bool run(const LogsOptions *options, char *const *names, GError **error) {
        g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

        g_ptr_array_add(argv, g_strdup("journalctl"));
        g_ptr_array_add(argv, g_strdup("--user"));
        if (!add_units(argv, names, error))
                return false;
        add(argv, "--output=", choose_output(options));
        add(argv, "--lines=", options->lines);
        g_autofree char *since = options->since ? log_time_translate(options->since) : NULL;
        g_autofree char *until = options->until ? log_time_translate(options->until) : NULL;
        add(argv, "--since=", since);
        add(argv, "--until=", until);
        add(argv, "", options->follow ? "--follow" : NULL);
        /* Following shows ten lines otherwise, which podman and docker do not. */
        add(argv, "", options->follow && !options->lines ? "--no-tail" : NULL);
        add(argv, "", options->boot ? "--boot" : NULL);
        add(argv, "", options->reverse ? "--reverse" : NULL);
        add(argv, "", "--quiet");
        g_ptr_array_add(argv, NULL);

        execvp("journalctl", (char **) argv->pdata);
        return fail_errno(error, errno, "Cannot start journalctl");
}

int verb_logs(const Verb *verb, int argc, char **argv) {
        LogsOptions options = {0};
        const GOptionEntry entries[] = {
                {"boot", 'b', 0, G_OPTION_ARG_NONE, &options.boot, "Only since the machine was started",
                 NULL},
                {"follow", 'f', 0, G_OPTION_ARG_NONE, &options.follow, "Go on with what comes", NULL},
                {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "A JSON object for each entry, in a line",
                 NULL},
                {"tail", 'n', 0, G_OPTION_ARG_STRING, &options.lines, "Only the last lines", "NUMBER"},
                {"reverse", 'r', 0, G_OPTION_ARG_NONE, &options.reverse, "The newest first", NULL},
                {"since", 0, 0, G_OPTION_ARG_STRING, &options.since, "Not what is older", "TIME"},
                {"timestamps", 't', 0, G_OPTION_ARG_NONE, &options.timestamps, "With time and origin", NULL},
                {"until", 0, 0, G_OPTION_ARG_STRING, &options.until, "Not what is newer", "TIME"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                status = verb_misuse(verb, "the name of a container is needed");
        else if (options.lines && !is_number(options.lines))
                status = verb_misuse(verb, "--tail=%s: write a number of lines, or all", options.lines);
        else if (!run(&options, arguments, &error))
                status = verb_fail(error);
        g_free(options.lines);
        g_free(options.since);
        g_free(options.until);
        return status;
}
