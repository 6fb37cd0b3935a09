/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia rmi: out of the store. */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/verb.h"
#include "image/remove.h"

#include <stdio.h>

static const char description[] =
        "NAME is a name or the digest of an image. An image with several names loses one;\n"
        "with the last go its layers, unless another image needs them. An image that a\n"
        "container uses stays.";

static bool lock(const ImageStore *store, int *ret_fd, GError **error) {
        if (!image_store_lock(store, IMAGE_STORE_USE_EXCLUSIVE, false, ret_fd, error))
                return false;
        if (*ret_fd >= 0)
                return true;
        verb_warn("waiting for an import, a pull or a start that is using the store");
        return image_store_lock(store, IMAGE_STORE_USE_EXCLUSIVE, true, ret_fd, error);
}

/* Each name for itself: one that cannot go does not keep the others. */
static int remove_all(const ImageStore *store, char **names) {
        int status = VERB_SUCCESS;

        for (; *names; names++) {
                g_autoptr(GError) error = NULL;
                ImageRemoved removed;
                if (image_remove(store, *names, &removed, &error))
                        printf("%s %s\n", *names,
                               removed == IMAGE_REMOVED_NAME ? "is no name of it any more" : "removed");
                else
                        status = verb_fail(error);
        }
        return status;
}

static int run(char **names, bool unnamed) {
        g_autoptr(ImageStore) store = NULL;
        g_autoptr(GError) error = NULL;
        autofd int lock_fd = -1;
        guint count = 0;

        if (!image_store_open(&store, &error) || !lock(store, &lock_fd, &error))
                return verb_fail(error);
        int status = remove_all(store, names);
        if (unnamed && !image_remove_unnamed(store, &count, &error))
                return verb_fail(error);
        if (unnamed)
                printf("%u images without a name removed\n", count);
        if (!image_remove_unneeded(store, 0, &error))
                return verb_fail(error);
        return status;
}

int verb_rmi(const Verb *verb, int argc, char **argv) {
        gboolean unnamed = FALSE;
        const GOptionEntry entries[] = {
                {"unnamed", 0, 0, G_OPTION_ARG_NONE, &unnamed,
                 "Remove all images that have lost their name to newer ones", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments && !unnamed)
                return verb_misuse(verb, "the name of an image is needed");
        return run(arguments, unnamed);
}
