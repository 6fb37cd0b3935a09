/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options by GLib, messages by hand: standard output is for results, standard error for people. */

#include "cli/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool verb_parse(const Verb *verb, const GOptionEntry *entries, const char *description, bool stop_early,
                int argc, char **argv, char ***ret_arguments, int *ret_status) {
        g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
        g_autoptr(GError) error = NULL;
        g_autofree char *program = g_strconcat("wolffia ", verb->name, NULL);
        char **copy = g_new0(char *, (gsize) argc + 1);

        /* Through prgname GLib's usage line reads "wolffia import …". */
        g_set_prgname(program);
        g_option_context_set_summary(context, verb->summary);
        if (description)
                g_option_context_set_description(context, description);
        if (entries)
                g_option_context_add_main_entries(context, entries, NULL);
        g_option_context_set_strict_posix(context, stop_early);

        for (int i = 0; i < argc; i++)
                copy[i] = g_strdup(argv[i]);
        g_auto(GStrv) words = copy;
        if (!g_option_context_parse_strv(context, &words, &error)) {
                *ret_status = verb_misuse(verb, "%s", error->message);
                return false;
        }

        /* GLib leaves "--" where it stood. */
        guint skip = words[0] && g_strcmp0(words[1], "--") == 0 ? 2 : 1;
        *ret_arguments = g_strdupv(words + MIN(skip, g_strv_length(words)));
        return true;
}

static void say(const char *text, const char *colour) {
        bool coloured = isatty(STDERR_FILENO) && !getenv("NO_COLOR");

        fflush(stdout);
        fprintf(stderr, "%swolffia:%s %s\n", coloured ? colour : "", coloured ? "\033[0m" : "", text);
}

int verb_fail(const GError *error) {
        say(error->message, "\033[1;31m");
        return VERB_FAILURE;
}

int verb_misuse(const Verb *verb, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);

        g_autofree char *full =
                g_strdup_printf("%s: %s; 'wolffia %s --help' tells more", verb->name, text, verb->name);
        say(full, "\033[1;31m");
        return VERB_USAGE;
}

void verb_warn(const char *text) {
        say(text, "\033[1;33m");
}

void verb_warn_all(const GPtrArray *texts) {
        for (guint i = 0; i < texts->len; i++)
                verb_warn(texts->pdata[i]);
}
