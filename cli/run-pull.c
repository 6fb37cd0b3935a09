/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The runner would fetch a missing image as well, where nobody sees how far it has come. */

#include "cli/run.h"

#include "base/error.h"
#include "cli/verb.h"
#include "image/pull.h"
#include "spec/container-checks.h"

#include <string.h>

static bool fetch(const ImageStore *store, const char *name, const RunOptions *options, GError **error) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(ImageReference) reference = NULL;
        g_autofree char *digest = NULL;
        const ImagePullOptions pull = {
                .variant = options->variant, .verify_tls = (int) TRISTATE_UNSET, .retries = -1};
        ImageProgress progress;

        if (!image_reference_parse(name, &reference, error))
                return false;
        g_autofree char *full = image_reference_print(reference, IMAGE_REFERENCE_DEFAULT_REGISTRY);
        image_progress_init(&progress, options->quiet);
        const ImageImport import = {.name = full,
                                    .architecture = options->architecture,
                                    .progress = &progress,
                                    .warnings = warnings};
        bool done = image_pull(store, &import, reference, &pull, &digest, error);
        verb_warn_all(warnings);
        return done;
}

/* Without a word about it any will do: it was imported on purpose. */
static bool is_of_architecture(const ImageRecord *record, const RunOptions *options) {
        return !options->architecture || g_strcmp0(record->architecture, options->architecture) == 0;
}

bool run_pull(ContainerSpec *spec, const RunOptions *options, GError **error) {
        g_autoptr(ImageStore) store = NULL;
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) failure = NULL;
        const char *name = spec->image, *when = spec->pull ? spec->pull : "missing";

        if (!check_pull(when, error))
                return fail_prefix(error, "--pull");
        if (!name || g_str_equal(when, "never"))
                return true;
        if (!image_store_open(&store, error) || !image_store_find(store, name, &record, error))
                return false;
        if (record && g_str_equal(when, "missing") && is_of_architecture(record, options))
                return true;
        bool done = fetch(store, name, options, &failure);
        if (!done && (!record || !g_str_equal(when, "newer"))) {
                g_propagate_prefixed_error(
                        error, g_steal_pointer(&failure),
                        "The image '%s' %s, and cannot be fetched ('wolffia images' lists what is "
                        "there, 'wolffia import' adds local ones): ",
                        name, record ? "is to be fetched anew" : "is not in your store");
                return false;
        }
        if (!done)
                verb_warn(failure->message);
        /* Once is enough. */
        g_free(spec->pull);
        spec->pull = g_strdup("missing");
        return true;
}
