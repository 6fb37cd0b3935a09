/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia prepare: unpacks layers for another map than the default one. The runner calls it when
 * image_store_missing_layers() is not empty: it links no libarchive itself. */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/verb.h"
#include "image/layers.h"
#include "image/trash.h"

#include <stdio.h>

static const char description[] =
        "A map is written as in /proc/PID/uid_map, INSIDE OUTSIDE COUNT, with commas\n"
        "between its lines. Without one, it is your default map.";

/* "0 1000 1,1 100000 65536" */
static bool parse_extents(const char *option, const char *text, GArray **ret_extents, GError **error) {
        g_autoptr(GArray) extents = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        g_auto(GStrv) lines = g_strsplit(text, ",", -1);

        for (char **line = lines; *line; line++) {
                IdExtent extent;
                char rest;
                if (sscanf(*line, " %u %u %u %c", &extent.inside, &extent.outside, &extent.count, &rest) !=
                    3)
                        return fail(error, WOLFFIA_ERROR_VALUE, "%s: '%s' is not INSIDE OUTSIDE COUNT",
                                    option, *line);
                g_array_append_val(extents, extent);
        }
        *ret_extents = g_steal_pointer(&extents);
        return true;
}

static bool load_map(const char *users, const char *groups, IdMap **ret_map, GError **error) {
        g_autoptr(IdMap) map = g_new0(IdMap, 1);

        if (!users && !groups)
                return id_map_load_default(ret_map, error);
        if (!users || !groups)
                return fail(error, WOLFFIA_ERROR_VALUE, "--users= and --groups= go together");
        if (!parse_extents("--users", users, &map->users, error) ||
            !parse_extents("--groups", groups, &map->groups, error))
                return false;
        *ret_map = g_steal_pointer(&map);
        return true;
}

static bool run(const char *name, const char *users, const char *groups, GError **error) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(IdMap) map = NULL;
        g_autoptr(ImageStore) store = NULL;
        g_autoptr(ImageRecord) record = NULL;
        autofd int lock_fd = -1;
        ImageProgress progress;

        image_progress_init(&progress, false);
        if (!load_map(users, groups, &map, error) || !image_store_open(&store, error) ||
            !image_store_lock(store, IMAGE_STORE_USE_SHARED, true, &lock_fd, error) ||
            !image_store_find(store, name, &record, error))
                return false;
        if (!record)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no image '%s'", name);
        bool done = image_store_keep(store, record, error) &&
                    image_layers_unpack(store, record, map, &progress, warnings, error);
        if (done)
                verb_warn_all(warnings);
        /* What a failure has left, and others before; the outcome does not hang on it. */
        (void) image_trash_empty(store, NULL);
        return done;
}

int verb_prepare(const Verb *verb, int argc, char **argv) {
        g_autofree char *users = NULL, *groups = NULL;
        const GOptionEntry entries[] = {
                {"users", 0, 0, G_OPTION_ARG_STRING, &users, "The map of users", "MAP"},
                {"groups", 0, 0, G_OPTION_ARG_STRING, &groups, "The map of groups", "MAP"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (g_strv_length(arguments) != 1)
                return verb_misuse(verb, "the name of an image is needed");
        return run(arguments[0], users, groups, &error) ? VERB_SUCCESS : verb_fail(error);
}
