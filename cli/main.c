/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia: the command for people. Finds the verb; everything else is the verb's. */

#include "base/log.h"
#include "cli/verb.h"
#include "config.h"
#include "spec/nearest.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

const Verb verb_table[] = {
        {"images", "", "List the images in your store", verb_images, false},
        {"pull", "NAME…", "Fetch images from a registry", verb_pull, false},
        {"import", "NAME SOURCE", "Add an image from a folder or an archive", verb_import, false},
        {"rmi", "NAME…", "Remove images", verb_rmi, false},
        {"check", "[FILE…]", "Say what is wrong in unit files, before systemd reads them", verb_check,
         false},
        {"unshare", "[COMMAND [ARGUMENT…]]", "Run a command as root of your user namespace", verb_unshare,
         false},
        {"volume", "WORD …", "Make, list, fill and remove named volumes", verb_volume, false},
        {"prepare", "NAME", "Unpack an image's layers for an id map", verb_prepare, true},
        {NULL},
};

static void print_help(FILE *file) {
        fputs("Usage: wolffia VERB [OPTION…] [ARGUMENT…]\n"
              "\n"
              "Runs containers as your own systemd services: drop a .container file into\n"
              "~/.config/wolffia/, run systemctl --user daemon-reload, start the service.\n"
              "\n"
              "Verbs:\n",
              file);
        for (const Verb *verb = verb_table; verb->name; verb++)
                if (!verb->is_internal)
                        fprintf(file, "  %-9s %s\n", verb->name, verb->summary);
        fputs("\n"
              "'wolffia VERB --help' describes a verb, and so does wolffia(1).\n",
              file);
}

static const Verb *find(const char *name) {
        for (const Verb *verb = verb_table; verb->name; verb++)
                if (g_str_equal(verb->name, name))
                        return verb;
        return NULL;
}

static int fail_unknown(const char *name) {
        const Verb *nearest = NULL;
        guint best = G_MAXUINT;

        for (const Verb *verb = verb_table; verb->name; verb++) {
                guint distance = verb->is_internal ? G_MAXUINT : nearest_distance(name, verb->name);
                if (distance < best) {
                        best = distance;
                        nearest = verb;
                }
        }
        if (nearest && nearest_is_plausible(name, best))
                fprintf(stderr, "wolffia: there is no verb '%s'; did you mean '%s'?\n", name, nearest->name);
        else
                fprintf(stderr, "wolffia: there is no verb '%s'; 'wolffia --help' lists them\n", name);
        return VERB_USAGE;
}

int main(int argc, char **argv) {
        /* The encoding of the terminal, and nothing else: messages and numbers are English everywhere. */
        setlocale(LC_CTYPE, "");
        log_open("wolffia");
        log_set_target(LOG_TARGET_STDERR);

        if (argc < 2) {
                print_help(stderr);
                return VERB_USAGE;
        }
        if (g_str_equal(argv[1], "--version")) {
                puts("wolffia " WOLFFIA_VERSION);
                return VERB_SUCCESS;
        }
        if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") || g_str_equal(argv[1], "help")) {
                print_help(stdout);
                return VERB_SUCCESS;
        }

        const Verb *verb = find(argv[1]);
        return verb ? verb->run(verb, argc - 1, argv + 1) : fail_unknown(argv[1]);
}
