/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever needs the network, JSON or archives is done by another program, `wolffia`: this one starts fast
 * because it links nothing of the kind. */

#include "runner/image.h"

#include "base/error.h"
#include "base/notify.h"
#include "base/process.h"
#include "config.h"

bool image_run_wolffia(const char *const *arguments, GError **error) {
        ProcessFiles files = PROCESS_FILES_NONE;
        const char *program = g_getenv("WOLFFIA_PROGRAM"); /* for running from a build folder */

        g_autoptr(GPtrArray) argv = g_ptr_array_new();
        g_ptr_array_add(argv, (void *) (program ? program : WOLFFIA_CLI_PATH));
        for (; *arguments; arguments++)
                g_ptr_array_add(argv, (void *) *arguments);
        g_ptr_array_add(argv, NULL);
        return process_run((const char *const *) argv->pdata, &files, error);
}

static bool fetch(const Run *run, const char *name, GError **error) {
        notify_sendf("STATUS=Fetching the image %s", name);
        return image_run_wolffia((const char *const[]){"pull", name, NULL}, error) ||
               fail_prefix(
                       error,
                       "The image '%s' is not in your store, and cannot be fetched ('wolffia images' lists "
                       "what is there, 'wolffia import' adds local ones)",
                       name);
}

bool image_find_or_fetch(const Run *run, const char *name, ImageRecord **ret_image, GError **error) {
        bool always = g_strcmp0(run->spec->pull, "always") == 0 || g_strcmp0(run->spec->pull, "newer") == 0;

        if (always && !fetch(run, name, error))
                return false;
        if (!image_store_find(run->store, name, ret_image, error))
                return false;
        if (*ret_image)
                return true;
        if (g_strcmp0(run->spec->pull, "never") == 0)
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "The image '%s' is not in your store, and Pull=never forbids to fetch it; 'wolffia pull %s' or "
                        "'wolffia import' adds it",
                        name, name);
        if (!fetch(run, name, error) || !image_store_find(run->store, name, ret_image, error))
                return false;
        return *ret_image ||
               fail(error, WOLFFIA_ERROR_NOT_FOUND, "The image '%s' was fetched, and is not there", name);
}

bool image_acquire(Run *run, GError **error) {
        const char *name = run->spec->image;

        if (!image_store_open_with(run->settings, &run->store, error) ||
            !image_store_lock(run->store, IMAGE_STORE_USE_SHARED, true, &run->store_lock_fd, error))
                return false;
        if (run->spec->rootfs)
                return true;
        if (!name || !*name)
                return fail(error, WOLFFIA_ERROR_VALUE, "No image is named: write Image= (or Rootfs=)");
        return image_find_or_fetch(run, name, &run->image, error);
}

bool image_prepare(const Run *run, const ImageRecord *image, const char *name, GError **error) {
        g_autoptr(GPtrArray) missing = image_store_missing_layers(run->store, image, run->map_key);

        if (missing->len == 0 && !image->needs_keeping)
                return true;
        g_autofree char *users = id_map_print(run->map->users), *groups = id_map_print(run->map->groups);
        g_autofree char *user_option =
                g_strconcat("--users=", g_strdelimit(g_strchomp(users), "\n", ','), NULL);
        g_autofree char *group_option =
                g_strconcat("--groups=", g_strdelimit(g_strchomp(groups), "\n", ','), NULL);
        notify_sendf("STATUS=Unpacking %u layers for this container's ids", missing->len);
        return image_run_wolffia((const char *const[]){"prepare", user_option, group_option, name, NULL},
                                 error);
}

bool image_prepare_layers(const Run *run, GError **error) {
        return !run->image || image_prepare(run, run->image, run->spec->image, error);
}
