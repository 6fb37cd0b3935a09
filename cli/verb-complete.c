/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia complete: what the completion of all shells asks, so that none of them has a list of its own.
 *
 * The words are those behind "wolffia" up to the one at the cursor, which may be empty. Printed are candidates, a line
 * each, behind a tab what they are, filtered by the shell; or one of the words ":files" and ":commands", for what a
 * shell knows better. */

#include "cli/containers.h"
#include "cli/networks.h"
#include "cli/rows.h"
#include "cli/secret-store.h"
#include "cli/verb.h"
#include "image/list.h"
#include "volume/store.h"

#include <stdio.h>
#include <string.h>

static void complete_verbs(const Verb *table, bool is_top) {
        for (const Verb *verb = table; verb->name; verb++)
                if (!verb->is_internal)
                        printf("%s\t%s\n",
                               strrchr(verb->name, ' ') ? strrchr(verb->name, ' ') + 1 : verb->name,
                               verb->summary);
        puts("--help\tTell about the verbs");
        if (is_top)
                puts("--version\tPrint the version");
}

/* Without a manager there is less to offer, and nothing to complain of. */
static void complete_containers(void) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GPtrArray) containers = NULL;

        if (!manager_open(&manager, NULL) || !containers_list(manager, true, &containers, NULL))
                return;
        for (guint i = 0; i < containers->len; i++) {
                const Container *container = containers->pdata[i];
                printf("%s\t%s, %s\n", container->name, container_image(container),
                       container_status(container));
        }
}

static void print_images(const ImageStore *store) {
        g_autoptr(GPtrArray) images = image_list(store);

        for (guint i = 0; i < images->len; i++) {
                const char *name = ((const ImageListed *) images->pdata[i])->name;
                if (!name)
                        continue;
                g_autofree char *plain = g_str_has_suffix(name, ":latest")
                                                 ? g_strndup(name, strlen(name) - strlen(":latest"))
                                                 : g_strdup(name);
                printf("%s\timage\n",
                       g_str_has_prefix(plain, "localhost/") ? plain + strlen("localhost/") : plain);
        }
}

static void complete_images(void) {
        g_autoptr(ImageStore) store = NULL;

        if (!image_store_open(&store, NULL))
                return;
        print_images(store);
        for (char **path = store->more; *path; path++) {
                g_autoptr(ImageStore) other = image_store_open_more(*path);
                if (other)
                        print_images(other);
        }
}

/* PREFIX is "", or the option whose value it is. */
static void complete_volumes(const char *prefix) {
        g_autoptr(VolumeStore) store = NULL;

        if (!volume_store_open(&store, NULL))
                return;
        g_autoptr(GPtrArray) volumes = volume_store_list(store);
        for (guint i = 0; i < volumes->len; i++)
                printf("%s%s\tvolume\n", prefix, ((const VolumeRecord *) volumes->pdata[i])->name);
}

static void complete_networks(const char *prefix) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GPtrArray) networks = NULL;

        if (!manager_open(&manager, NULL) || !networks_list(manager, &networks, NULL))
                return;
        for (guint i = 0; i < networks->len; i++) {
                const KnownNetwork *network = networks->pdata[i];
                printf("%s%s\tnetwork, %s\n", prefix, network->name, known_network_status(network));
        }
}

static void complete_secrets(const char *prefix) {
        g_autoptr(GPtrArray) secrets = secret_store_list();

        for (guint i = 0; i < secrets->len; i++)
                printf("%s%s\tsecret\n", prefix, ((const StoredSecret *) secrets->pdata[i])->name);
}

/* And the kinds that need none. */
static void complete_network_value(const char *prefix) {
        static const char *const kinds[] = {"none", "host", "pasta"};

        complete_networks(prefix);
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
                printf("%s%s\tkind of network\n", prefix, kinds[i]);
}

/* False: WORD is no option whose value is a name. */
static bool complete_value(const char *word) {
        static const struct {
                const char *option;
                void (*complete)(const char *prefix);
        } values[] = {
                {"--network=", complete_network_value},
                {"--secret=", complete_secrets},
                {"--volume=", complete_volumes},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
                if (g_str_has_prefix(word, values[i].option)) {
                        values[i].complete(values[i].option);
                        return true;
                }
        return false;
}

/* "[on|off|status]" */
static void complete_choice(const char *arguments) {
        g_autofree char *inside =
                g_strndup(arguments + (*arguments == '['), strcspn(arguments, "]") - (*arguments == '['));
        g_auto(GStrv) words = g_strsplit(inside, "|", -1);

        for (char **word = words; strchr(arguments, '|') && *word; word++)
                printf("%s\t%s\n", *word, "");
}

/* PLACE counts plain words before the one at the cursor. */
static void complete_argument(const Verb *verb, guint place) {
        switch (verb->takes) {
        case VERB_TAKES_CONTAINER:
                if (place == 0)
                        complete_containers();
                break;
        case VERB_TAKES_CONTAINERS:
                complete_containers();
                break;
        case VERB_TAKES_IMAGE:
                if (place == 0)
                        complete_images();
                break;
        case VERB_TAKES_IMAGES:
                complete_images();
                break;
        case VERB_TAKES_SECRETS:
                complete_secrets("");
                break;
        case VERB_TAKES_VOLUMES:
                complete_volumes("");
                break;
        case VERB_TAKES_NETWORKS:
                complete_networks("");
                break;
        case VERB_TAKES_ROWS:
                for (const Row *row = row_table; row->id; row++)
                        printf("%s\t%s\n", row->id, row->title);
                break;
        case VERB_TAKES_VOLUME_AND_FILE:
                if (place == 0)
                        complete_volumes("");
                else
                        puts(":files");
                break;
        case VERB_TAKES_FILES:
                puts(":files");
                break;
        case VERB_TAKES_NAME_AND_FILE:
                if (place > 0)
                        puts(":files");
                break;
        case VERB_TAKES_COMMAND:
                puts(":commands");
                break;
        case VERB_TAKES_NOTHING:
                if (place == 0)
                        complete_choice(verb->arguments);
                break;
        }
}

static guint count_plain(int argc, char **argv) {
        guint count = 0;

        for (int i = 1; i + 1 < argc; i++)
                if (argv[i][0] != '-')
                        count++;
        return count;
}

int verb_complete(const Verb *verb, int argc, char **argv) {
        const Verb *table = verb_table, *found = NULL;

        if (argc < 2)
                return verb_misuse(verb, "the words of a command line are needed");
        argc--;
        argv++;
        while (table && argc > 1) {
                if (!(found = verb_find(table, argv[0])))
                        return VERB_SUCCESS;
                table = found->children;
                if (table) {
                        argc--;
                        argv++;
                }
        }
        if (!found || (table && argc == 1))
                complete_verbs(table, table == verb_table);
        else if (argv[argc - 1][0] == '-' && !complete_value(argv[argc - 1]))
                return found->run(found, 2, (char *[]){argv[0], (char *) VERB_PRINT_OPTIONS, NULL});
        else if (argv[argc - 1][0] != '-')
                complete_argument(found, count_plain(argc, argv));
        return VERB_SUCCESS;
}
