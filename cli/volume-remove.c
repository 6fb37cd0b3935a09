/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia volume remove, prune: the store's exclusive lock keeps starts away between the look and the act. */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/volume.h"
#include "image/store.h"
#include "volume/use.h"

#include <stdio.h>

static const char remove_description[] =
        "A volume that a running container uses stays; so does one that a unit file\n"
        "names, unless --force says otherwise.";
static const char prune_description[] =
        "Those that no container uses and no unit file names. Asks nothing: --dry-run\n"
        "shows beforehand which they are.";

static bool lock(int *ret_fd, GError **error) {
        g_autoptr(ImageStore) store = NULL;

        return image_store_open(&store, error) &&
               image_store_lock(store, IMAGE_STORE_USE_EXCLUSIVE, true, ret_fd, error);
}

static char *join(const GPtrArray *words) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < words->len; i++)
                g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (const char *) words->pdata[i]);
        return g_string_free(text, FALSE);
}

static bool remove_one(const VolumeStore *store, const char *name, bool force, GError **error) {
        g_autoptr(VolumeRecord) volume = NULL;

        if (!volume_find(store, name, &volume, error))
                return false;
        g_autoptr(GPtrArray) users = volume_use_find(store, volume->name);
        g_autoptr(GPtrArray) needs = volume_find_needs(store, volume->name);
        g_autofree char *users_text = join(users), *needs_text = join(needs);
        if (users->len > 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "The volume %s is in use by %s; stop that first",
                            volume->name, users_text);
        if (needs->len > 0 && !force)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The volume %s is named by %s; --force removes it all the same", volume->name,
                            needs_text);
        return volume_store_remove(store, volume->name, error);
}

int volume_remove(const Verb *verb, int argc, char **argv) {
        gboolean force = FALSE;
        const GOptionEntry entries[] = {
                {"force", 'f', 0, G_OPTION_ARG_NONE, &force, "Also what a unit file names", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) failure = NULL;
        g_autoptr(VolumeStore) store = NULL;
        autofd int lock_fd = -1;
        int status;

        if (!verb_parse(verb, entries, remove_description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a volume is needed");
        if (!lock(&lock_fd, &failure) || !volume_store_open(&store, &failure))
                return verb_fail(failure);
        for (char **name = arguments; *name; name++) {
                g_autoptr(GError) error = NULL;
                if (remove_one(store, *name, force, &error))
                        printf("%s removed\n", *name);
                else
                        status = verb_fail(error);
        }
        return status;
}

static int prune(const VolumeStore *store, bool dry) {
        g_autoptr(GPtrArray) volumes = volume_store_list(store);
        int status = VERB_SUCCESS;

        for (guint i = 0; i < volumes->len; i++) {
                const char *name = ((const VolumeRecord *) volumes->pdata[i])->name;
                g_autoptr(GPtrArray) needs = volume_find_needs(store, name);
                g_autoptr(GError) error = NULL;
                if (needs->len > 0)
                        continue;
                if (dry)
                        printf("%s would be removed\n", name);
                else if (volume_store_remove(store, name, &error))
                        printf("%s removed\n", name);
                else
                        status = verb_fail(error);
        }
        return status;
}

int volume_prune(const Verb *verb, int argc, char **argv) {
        gboolean dry = FALSE, force = FALSE;
        const GOptionEntry entries[] = {
                {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry, "Only say which", NULL},
                {"force", 'f', 0, G_OPTION_ARG_NONE, &force, "Is accepted: nothing is ever asked", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(VolumeStore) store = NULL;
        autofd int lock_fd = -1;
        int status;

        if (!verb_parse(verb, entries, prune_description, false, argc, argv, &arguments, &status))
                return status;
        if (*arguments)
                return verb_misuse(verb, "it takes no arguments");
        if (!lock(&lock_fd, &error) || !volume_store_open(&store, &error))
                return verb_fail(error);
        return prune(store, dry);
}
