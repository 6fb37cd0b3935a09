/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia pull: from a registry to the store. The units of .image files run it, and the runner calls it when an image
 * is missing at start. Its options are those of the key table of [Image], and a few for people. */

#include "base/error.h"
#include "base/notify.h"
#include "cli/verb.h"
#include "image/pull.h"
#include "spec/image-spec.h"
#include "spec/key-options.h"
#include "spec/value-basic.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
        "NAME is written as with other tools: nginx, nginx:1.27, quay.io/x/y, name@sha256:….\n"
        "A short name is fetched from docker.io. Logins are those of skopeo and podman\n"
        "('skopeo login REGISTRY').\n\n"
        "--policy=WHEN: always, the default; missing, as --missing; never; newer: what is in the\n"
        "store will do when the registry cannot be reached.";

typedef struct PullOptions {
        gboolean quiet, missing;
        char *store;
        const ImageSpec *spec;
        ImagePullOptions fetch;
} PullOptions;

static bool has_policy(const PullOptions *options, const char *policy) {
        return g_strcmp0(options->spec->policy, policy) == 0;
}

static bool fetch(const ImageStore *store, const PullOptions *options, const ImageReference *reference,
                  GPtrArray *warnings, char **ret_digest, GError **error) {
        g_autoptr(ImageReference) kept_as = NULL;
        ImageProgress progress;

        if (options->spec->tag && !image_reference_parse(options->spec->tag, &kept_as, error))
                return false;
        image_progress_init(&progress, options->quiet);
        g_autofree char *full =
                image_reference_print(kept_as ? kept_as : reference, IMAGE_REFERENCE_DEFAULT_REGISTRY);
        ImageImport import = {
                .name = full,
                .architecture = options->spec->arch,
                .progress = &progress,
                .warnings = warnings,
                .is_for_others = options->store != NULL,
        };
        return image_pull(store, &import, reference, &options->fetch, ret_digest, error);
}

/* True as well when it is there and shall not be fetched again; then RET_DIGEST is NULL. */
static bool pull_one(const ImageStore *store, const PullOptions *options, const char *name,
                     GPtrArray *warnings, char **ret_digest, GError **error) {
        const char *known_as = options->spec->tag ? options->spec->tag : name;
        g_autoptr(ImageReference) reference = NULL;
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) failure = NULL;

        if (!image_reference_parse(name, &reference, error) ||
            !image_store_find(store, known_as, &record, error))
                return false;
        if (record && (options->missing || has_policy(options, "missing") || has_policy(options, "never")))
                return true;
        if (has_policy(options, "never"))
                return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                            "'%s' is not in the store, and Policy=never says not to fetch it", known_as);
        if (fetch(store, options, reference, warnings, ret_digest, &failure))
                return true;
        if (record && has_policy(options, "newer")) {
                g_ptr_array_add(warnings,
                                g_strdup_printf("%s; the one in the store will do", failure->message));
                return true;
        }
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

static bool run(const PullOptions *options, const GPtrArray *names, GError **error) {
        g_autoptr(ImageStore) store = NULL;

        if (!(options->store ? image_store_open_for_others(options->store, &store, error)
                             : image_store_open(&store, error)))
                return false;
        for (guint i = 0; i < names->len; i++) {
                g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
                g_autofree char *digest = NULL;
                if (!pull_one(store, options, names->pdata[i], warnings, &digest, error))
                        return false;
                verb_warn_all(warnings);
                if (digest)
                        printf("%s\n", digest);
        }
        return true;
}

/* Values of the table that are used here. */
static bool take_spec(PullOptions *options, GError **error) {
        const ImageSpec *spec = options->spec;
        guint64 retries = 0;

        if (spec->retry && !value_number_parse(spec->retry, 100, &retries, error))
                return fail_prefix(error, "--retry");
        options->fetch = (ImagePullOptions){
                .os = spec->os,
                .variant = spec->variant,
                .auth_file = spec->auth_file,
                .certificates = spec->certificates,
                .credentials = spec->credentials,
                .decryption_key = spec->decryption_key,
                .verify_tls = (int) spec->verify_tls,
                .retries = spec->retry ? (int) retries : -1,
        };
        return true;
}

/* Splits off what the table of [Image] knows, in the spelling that generated units have, --NAME=VALUE and --NAME.
 * RET_REST is what is left for GLib, the words of ARGV. */
static bool split_options(int argc, char **argv, ImageSpec *spec, GPtrArray *rest, GError **error) {
        g_autoptr(GPtrArray) known = g_ptr_array_new();

        for (int i = 0; i < argc; i++) {
                const Key *key = NULL;

                if (g_str_has_prefix(argv[i], "--"))
                        key = key_table_find_option(&image_key_table, argv[i] + 2, NULL);
                bool whole = key && (strchr(argv[i], '=') || key_kind(key) == KEY_KIND_TRISTATE);
                g_ptr_array_add(key ? known : rest, argv[i]);
                if (key && !whole && i + 1 < argc)
                        g_ptr_array_add(known, argv[++i]);
        }
        g_ptr_array_add(known, NULL);
        return key_options_merge(&image_key_table, (const char *const *) known->pdata, spec, error);
}

int verb_pull(const Verb *verb, int argc, char **argv) {
        g_autoptr(ImageSpec) spec = image_spec_new();
        PullOptions options = {.spec = spec};
        const GOptionEntry entries[] = {
                {"missing", 0, 0, G_OPTION_ARG_NONE, &options.missing,
                 "Do nothing for an image that is in the store", NULL},
                {"store", 0, 0, G_OPTION_ARG_FILENAME, &options.store,
                 "Put it into a store that others read (ReadOnlyFolders=)", "FOLDER"},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Show no progress", NULL},
                {NULL},
        };
        g_autoptr(GPtrArray) rest = g_ptr_array_new(), names = g_ptr_array_new();
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (argc == 2 && g_str_equal(argv[1], VERB_PRINT_OPTIONS))
                verb_print_keys(&image_key_table);
        if (!split_options(argc, argv, spec, rest, &error) || !take_spec(&options, &error))
                return verb_misuse(verb, "%s", error->message);
        g_autofree char *full = verb_describe_keys(description, &image_key_table);
        if (!verb_parse(verb, entries, full, false, (int) rest->len, (char **) rest->pdata, &arguments,
                        &status))
                return status;
        for (char **name = arguments; *name; name++)
                g_ptr_array_add(names, *name);
        if (names->len == 0)
                return verb_misuse(verb, "the name of an image is needed");
        if (spec->tag && names->len > 1)
                return verb_misuse(verb, "--tag is for one image");
        bool done = run(&options, names, &error);
        g_free(options.store);
        if (done)
                return VERB_SUCCESS;
        notify_status(error->message);
        return verb_fail(error);
}
