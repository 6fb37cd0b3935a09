/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia build: buildah builds, and what comes out is imported. The units of .build files run it. Its options are those
 * of the key table of [Build], which are buildah's own. */

#include "base/error.h"
#include "base/notify.h"
#include "base/process.h"
#include "cli/verb.h"
#include "image/import.h"
#include "image/reference.h"
#include "image/trash.h"
#include "spec/build-spec.h"
#include "spec/key-options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char description[] =
        "CONTEXT is what COPY takes from: a folder or a URL. Options are those of buildah-build(1)\n"
        "that wolffia-build(5) knows; --tag=NAME must be there.";

/* Its output is the user's to see, or the journal's. */
static bool run_buildah(GPtrArray *argv, GError **error) {
        const ProcessFiles files = {.input_fd = -1, .output_fd = STDERR_FILENO, .keep_stderr = true};
        g_autoptr(GError) failure = NULL;

        g_ptr_array_add(argv, NULL);
        if (process_run((const char *const *) argv->pdata, &files, &failure))
                return true;
        if (g_error_matches(failure, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "Images are built by buildah, which is not installed ('sudo apt install buildah')");
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

static bool build(const BuildSpec *spec, GError **error) {
        g_autoptr(GPtrArray) options = key_options_print(&build_key_table, spec);
        g_autoptr(GPtrArray) argv = g_ptr_array_new();

        notify_sendf("STATUS=Building %s", (const char *) spec->tags->pdata[0]);
        g_ptr_array_add(argv, (void *) "buildah");
        g_ptr_array_add(argv, (void *) "build");
        for (guint i = 0; i < options->len; i++)
                if (!g_str_has_prefix(options->pdata[i], "--unit="))
                        g_ptr_array_add(argv, options->pdata[i]);
        return run_buildah(argv, error);
}

static bool import_as(const ImageStore *store, const char *name, const char *archive, GError **error) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(ImageReference) reference = NULL;
        g_autofree char *digest = NULL;
        ImageProgress progress;

        if (!image_reference_parse(name, &reference, error))
                return false;
        image_progress_init(&progress, true);
        g_autofree char *full = image_reference_print(reference, IMAGE_REFERENCE_LOCAL_REGISTRY);
        ImageImport import = {.name = full, .progress = &progress, .warnings = warnings};
        if (!image_import(store, &import, archive, &digest, error))
                return fail_prefix(error, "%s", name);
        verb_warn_all(warnings);
        printf("%s\n", digest);
        return true;
}

/* From buildah's own store to ours, by an archive that nobody keeps. */
static bool import(const BuildSpec *spec, GError **error) {
        const char *first = spec->tags->pdata[0];
        g_autoptr(ImageStore) store = NULL;
        g_autoptr(ImageTrash) aside = NULL;
        g_autoptr(GPtrArray) argv = g_ptr_array_new();

        if (!image_store_open(&store, error) || !image_trash_open(store, &aside, error))
                return false;
        g_autofree char *archive = g_strdup_printf("%s/%s/image.tar", store->path, aside->path);
        g_autofree char *target = g_strdup_printf("oci-archive:%s", archive);
        notify_sendf("STATUS=Importing %s", first);
        g_ptr_array_add(argv, (void *) "buildah");
        g_ptr_array_add(argv, (void *) "push");
        g_ptr_array_add(argv, (void *) "--quiet");
        g_ptr_array_add(argv, (void *) first);
        g_ptr_array_add(argv, target);
        if (!run_buildah(argv, error))
                return false;
        for (guint i = 0; i < spec->tags->len; i++)
                if (!import_as(store, spec->tags->pdata[i], archive, error))
                        return false;
        return true;
}

int verb_build(const Verb *verb, int argc, char **argv) {
        g_autoptr(BuildSpec) spec = build_spec_new();
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) none = NULL;
        int status = VERB_SUCCESS;

        bool for_completion = argc == 2 && g_str_equal(argv[1], VERB_PRINT_OPTIONS);
        if (for_completion)
                verb_print_keys(&build_key_table);
        if (for_completion ||
            (argc == 2 && (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h")))) {
                g_autofree char *full = verb_describe_keys(description, &build_key_table);
                (void) verb_parse(verb, NULL, full, false, argc, argv, &none, &status);
                return status;
        }
        if (!key_options_parse(&build_key_table, (const char *const *) argv + 1, spec, &error))
                return verb_misuse(verb, "%s", error->message);
        if (spec->tags->len == 0)
                return verb_misuse(verb, "--tag=NAME says what the image is called, and is missing");
        if (build(spec, &error) && import(spec, &error))
                return VERB_SUCCESS;
        notify_status(error->message);
        return verb_fail(error);
}
