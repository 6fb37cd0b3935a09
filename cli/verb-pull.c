/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia pull: from a registry to the store. The runner calls it, too, when an image is missing at start. */

#include "cli/verb.h"
#include "image/pull.h"

#include <stdio.h>

static const char description[] =
        "NAME is written as with other tools: nginx, nginx:1.27, quay.io/x/y, name@sha256:….\n"
        "A short name is fetched from docker.io. Logins are those of skopeo and podman\n"
        "('skopeo login REGISTRY').";

typedef struct PullOptions {
        gboolean quiet, missing;
        char *architecture;
} PullOptions;

/* True as well when it is there and shall not be fetched again; then RET_DIGEST is NULL. */
static bool pull_one(const ImageStore *store, const PullOptions *options, const char *name,
                     GPtrArray *warnings, char **ret_digest, GError **error) {
        g_autoptr(ImageReference) reference = NULL;
        g_autoptr(ImageRecord) record = NULL;
        ImageProgress progress;

        if (!image_reference_parse(name, &reference, error))
                return false;
        if (options->missing && !image_store_find(store, name, &record, error))
                return false;
        if (record)
                return true;

        image_progress_init(&progress, options->quiet);
        g_autofree char *full = image_reference_print(reference, IMAGE_REFERENCE_DEFAULT_REGISTRY);
        ImageImport import = {
                .name = full,
                .architecture = options->architecture,
                .progress = &progress,
                .warnings = warnings,
        };
        return image_pull(store, &import, reference, ret_digest, error);
}

static bool run(const PullOptions *options, char **names, GError **error) {
        g_autoptr(ImageStore) store = NULL;

        if (!image_store_open(&store, error))
                return false;
        for (; *names; names++) {
                g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
                g_autofree char *digest = NULL;
                if (!pull_one(store, options, *names, warnings, &digest, error))
                        return false;
                verb_warn_all(warnings);
                if (digest)
                        printf("%s\n", digest);
        }
        return true;
}

int verb_pull(const Verb *verb, int argc, char **argv) {
        PullOptions options = {0};
        const GOptionEntry entries[] = {
                {"arch", 0, 0, G_OPTION_ARG_STRING, &options.architecture,
                 "Another architecture than this machine's (arm64, …)", "ARCH"},
                {"missing", 0, 0, G_OPTION_ARG_NONE, &options.missing,
                 "Do nothing for an image that is in the store", NULL},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Show no progress", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                status = verb_misuse(verb, "the name of an image is needed");
        else if (!run(&options, arguments, &error))
                status = verb_fail(error);
        g_free(options.architecture);
        return status;
}
