/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia check: what the generator would say of a file. */

#include "cli/verb.h"
#include "generator/generate.h"

#include <stdio.h>

static const char description[] =
        "Nothing is written. Exit status: 0 when all is well or only remarks were made,\n"
        "1 when a file cannot be read, 2 when one of them would become a unit that fails.";

static int check(const char *path, bool print) {
        g_autoptr(GPtrArray) problems = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        if (!generate_check(path, &text, &problems, &error))
                return verb_fail(error);
        for (guint i = 0; i < problems->len; i++) {
                g_autofree char *line = problem_print(problems->pdata[i]);
                fprintf(stderr, "%s\n", line);
        }
        if (print && text)
                fputs(text, stdout);
        return problems_have_errors(problems) ? VERB_USAGE : VERB_SUCCESS;
}

int verb_check(const Verb *verb, int argc, char **argv) {
        gboolean print = FALSE;
        const GOptionEntry entries[] = {
                {"print", 0, 0, G_OPTION_ARG_NONE, &print, "Print the units that they become", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the path of a unit file is needed");

        status = VERB_SUCCESS;
        for (char **path = arguments; *path; path++) {
                int result = check(*path, print);
                status = MAX(status, result);
        }
        return status;
}
