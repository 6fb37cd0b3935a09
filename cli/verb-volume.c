/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia volume: the words below it, each a verb of its own. */

#include "base/error.h"
#include "cli/volume.h"

#include <stdio.h>
#include <string.h>

static const Verb words[] = {
        {"volume create", "NAME", "Make a volume", volume_create, false},
        {"volume list", "", "List the volumes", volume_list, false},
        {"volume inspect", "NAME…", "Print all that is known of volumes, as JSON", volume_inspect, false},
        {"volume remove", "NAME…", "Remove volumes and all their data", volume_remove, false},
        {"volume prune", "", "Remove volumes that nothing needs", volume_prune, false},
        {"volume export", "NAME", "Write a volume's files as a tar archive", volume_export, false},
        {"volume import", "NAME [FILE]", "Fill a volume from a tar archive", volume_import, false},
        {NULL},
};

static const struct { const char *word, *same_as; } aliases[] = {{"ls", "list"}, {"rm", "remove"}};

static void print_help(FILE *file) {
        fputs("Usage:\n"
              "  wolffia volume WORD [OPTION…] [ARGUMENT…]\n"
              "\n"
              "Volumes are folders with names, for data that outlives its container.\n"
              "\n",
              file);
        for (const Verb *word = words; word->name; word++)
                fprintf(file, "  %-28s %s\n", word->name + strlen("volume "), word->summary);
        fputs("\n'wolffia volume WORD --help' describes a word.\n", file);
}

int verb_volume(const Verb *verb, int argc, char **argv) {
        const char *name = argc > 1 ? argv[1] : "";

        if (g_str_equal(name, "--help") || g_str_equal(name, "-h")) {
                print_help(stdout);
                return VERB_SUCCESS;
        }
        for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
                if (g_str_equal(name, aliases[i].word))
                        name = aliases[i].same_as;
        for (const Verb *word = words; word->name; word++)
                if (g_str_equal(word->name + strlen("volume "), name))
                        return word->run(word, argc - 1, argv + 1);
        if (*name)
                return verb_misuse(verb, "there is no '%s'", name);
        print_help(stderr);
        return VERB_USAGE;
}

bool volume_find(const VolumeStore *store, const char *name, VolumeRecord **ret_volume, GError **error) {
        if (!volume_store_find(store, name, ret_volume, error))
                return false;
        return *ret_volume ||
               fail(error, WOLFFIA_ERROR_NOT_FOUND,
                    "There is no volume '%s' ('wolffia volume list' shows those that are)", name);
}
