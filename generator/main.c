/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-generator: called by the user's systemd at login and at each daemon-reload
 * (systemd.generator(7)). */

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "config.h"
#include "generator/generate.h"
#include "spec/problem.h"
#include "spec/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
        "Usage: wolffia-generator [--dry-run] FOLDER [EARLY LATE]\n"
        "\n"
        "Makes systemd services of the .container files in ~/.config/wolffia/ and writes them to FOLDER.\n"
        "The user's systemd calls it by itself; wolffia-generator(8) has the details.\n"
        "\n"
        "  --dry-run  print the units, write nothing\n"
        "  --help     print this\n"
        "  --version  print the version\n";

typedef struct Arguments {
        bool dry_run;
        const char *folder;
} Arguments;

/* Quadlet's generator takes one or two dashes alike, and so do those who are used to it. */
static bool is_option(const char *argument, const char *name) {
        const char *text = argument + (g_str_has_prefix(argument, "--") ? 2 : 1);

        return *argument == '-' && strcmp(text, name) == 0;
}

/* False: it is over, with *RET_STATUS. */
static bool parse_arguments(char **argv, Arguments *arguments, int *ret_status) {
        for (; *argv; argv++) {
                if (is_option(*argv, "dry-run") || is_option(*argv, "dryrun"))
                        arguments->dry_run = true;
                else if (is_option(*argv, "help") || is_option(*argv, "h")) {
                        fputs(help, stdout);
                        *ret_status = EXIT_SUCCESS;
                        return false;
                } else if (is_option(*argv, "version")) {
                        puts("wolffia-generator " WOLFFIA_VERSION);
                        *ret_status = EXIT_SUCCESS;
                        return false;
                } else if (is_option(*argv, "user") || is_option(*argv, "v") ||
                           is_option(*argv, "no-kmsg-log"))
                        continue;
                else if (**argv == '-') {
                        fprintf(stderr, "wolffia-generator: there is no option %s\n%s", *argv, help);
                        *ret_status = 2;
                        return false;
                } else if (!arguments->folder)
                        arguments->folder =
                                *argv; /* the first of systemd's three is the one of normal priority */
        }
        if (!arguments->folder && !arguments->dry_run) {
                fprintf(stderr, "wolffia-generator: the folder to write to is missing\n%s", help);
                *ret_status = EXIT_FAILURE;
                return false;
        }
        return true;
}

/* As a generator, our standard error is the user manager's, and lines on it cannot be found under the unit's
 * name. */
static void choose_log(const Arguments *arguments) {
        log_open("wolffia-generator");
        if (g_getenv("WOLFFIA_LOG_TARGET"))
                return;
        if (arguments->dry_run)
                log_set_target(LOG_TARGET_STDERR);
        else if (g_getenv("SYSTEMD_SCOPE") || !isatty(STDERR_FILENO))
                log_set_target(LOG_TARGET_JOURNAL);
}

static void report(const Problem *problem, const char *service, void *data) {
        static const int priorities[] = {
                [PROBLEM_ERROR] = LOG_ERR,
                [PROBLEM_WARNING] = LOG_WARNING,
                [PROBLEM_NOTE] = LOG_INFO,
        };
        char line[16];

        g_snprintf(line, sizeof line, "%u", problem->line);
        g_autofree char *message = problem_print(problem);
        log_entry(priorities[problem->severity], message, "MESSAGE_ID",
                  problem->severity == PROBLEM_ERROR ? MESSAGE_SOURCE_REJECTED : MESSAGE_SOURCE_NOTED,
                  "USER_UNIT", service, "WOLFFIA_FILE", problem->file, "WOLFFIA_LINE",
                  problem->line > 0 ? line : NULL, "WOLFFIA_KEY", problem->key, NULL);
}

int main(int argc, char **argv) {
        Arguments arguments = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(Output) output = NULL;
        int status;

        if (!parse_arguments(argv + 1, &arguments, &status))
                return status;
        choose_log(&arguments);

        g_autoptr(Settings) settings =
                settings_load(NULL); /* 'wolffia check' and each start tell what is wrong in it */
        settings_apply(settings);
        g_autoptr(GArray) roots = search_roots_with(settings);
        g_autoptr(Search) search = search_run(roots);
        if (arguments.dry_run && search->sources->len == 0)
                fputs("There are no unit files; they belong into ~/.config/wolffia/\n", stderr);
        if (!arguments.dry_run && !output_open(arguments.folder, &output, &error)) {
                log_entry(LOG_ERR, error->message, NULL);
                return EXIT_FAILURE;
        }
        GenerateOptions options = {
                .output = output,
                .print = arguments.dry_run ? stdout : NULL,
                .report = report,
                .network = settings->network,
        };
        return generate_all(search, &options) ? EXIT_SUCCESS : EXIT_FAILURE;
}
