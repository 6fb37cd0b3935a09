/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever needs the network, JSON or archives is done by another program, `wolffia`: this one starts fast
 * because it links nothing of the kind. */

#include "runner/image.h"

#include "base/error.h"
#include "base/notify.h"
#include "base/process.h"
#include "config.h"
#include "spec/value-userns.h"

#include <unistd.h>

static bool run_wolffia(const char *const *arguments, GError **error) {
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
        return run_wolffia((const char *const[]){"pull", name, NULL}, error) ||
               fail_prefix(
                       error,
                       "The image '%s' is not in your store, and cannot be fetched ('wolffia images' lists "
                       "what is there, 'wolffia import' adds local ones)",
                       name);
}

bool image_acquire(Run *run, GError **error) {
        const char *name = run->spec->image;

        if (!image_store_open(&run->store, error) ||
            !image_store_lock(run->store, IMAGE_STORE_USE_SHARED, true, &run->store_lock_fd, error))
                return false;
        if (run->spec->rootfs)
                return true;
        if (!name || !*name)
                return fail(error, WOLFFIA_ERROR_VALUE, "No image is named: write Image= (or Rootfs=)");

        bool always = g_strcmp0(run->spec->pull, "always") == 0 || g_strcmp0(run->spec->pull, "newer") == 0;
        if (always && !fetch(run, name, error))
                return false;
        if (!image_store_find(run->store, name, &run->image, error))
                return false;
        if (run->image)
                return true;
        if (g_strcmp0(run->spec->pull, "never") == 0)
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "The image '%s' is not in your store, and Pull=never forbids to fetch it; 'wolffia pull %s' or "
                        "'wolffia import' adds it",
                        name, name);
        if (!fetch(run, name, error) || !image_store_find(run->store, name, &run->image, error))
                return false;
        if (!run->image)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "The image '%s' was fetched, and is not there",
                            name);
        return true;
}

bool image_prepare_layers(const Run *run, GError **error) {
        if (!run->image)
                return true;

        g_autoptr(GPtrArray) missing = image_store_missing_layers(run->store, run->image, run->map_key);
        if (missing->len == 0)
                return true;
        g_autofree char *users = id_map_print(run->map->users), *groups = id_map_print(run->map->groups);
        g_autofree char *user_option =
                g_strconcat("--users=", g_strdelimit(g_strchomp(users), "\n", ','), NULL);
        g_autofree char *group_option =
                g_strconcat("--groups=", g_strdelimit(g_strchomp(groups), "\n", ','), NULL);
        notify_sendf("STATUS=Unpacking %u layers for this container's ids", missing->len);
        return run_wolffia(
                (const char *const[]){"prepare", user_option, group_option, run->spec->image, NULL}, error);
}

static bool plan_map(const UserNamespaceMode *mode, const GArray *users, const GArray *groups,
                     IdMap **ret_map, GError **error) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));

        switch (mode->kind) {
        case USER_NAMESPACE_DEFAULT:
        case USER_NAMESPACE_HOST:
                *ret_map = id_map_plan_default(getuid(), getgid(), users, groups);
                return true;
        case USER_NAMESPACE_SINGLE:
                *ret_map = id_map_plan_default(getuid(), getgid(), none, none);
                return true;
        case USER_NAMESPACE_KEEP_ID:
                if (users->len == 0)
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "UserNS=keep-id needs subordinate ids, and you have none; 'sudo usermod --add-subuids "
                                "100000-165535 --add-subgids 100000-165535 USER' adds them");
                *ret_map = id_map_plan_keep_id(getuid(), getgid(), mode->has_uid ? mode->uid : getuid(),
                                               mode->has_gid ? mode->gid : getgid(), users, groups);
                return true;
        case USER_NAMESPACE_AUTO:
        case USER_NAMESPACE_NOMAP:
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "UserNS=auto and UserNS=nomap come with a later version; keep-id, host and none at all work");
        }
        g_assert_not_reached();
}

bool image_choose_map(Run *run, GError **error) {
        g_autoptr(UserNamespaceMode) mode = NULL;
        g_autoptr(GArray) users = NULL, groups = NULL;
        g_autofree char *name = id_ranges_user_name(getuid());

        if (!value_userns_parse(run->spec->user_namespace, &mode, error))
                return fail_prefix(error, "UserNS=%s", run->spec->user_namespace);
        if (!id_ranges_load(name, getuid(), ID_KIND_USER, &users, error) ||
            !id_ranges_load(name, getuid(), ID_KIND_GROUP, &groups, error))
                return false;
        /* One kind without the other breaks every chown. */
        if (users->len == 0 || groups->len == 0) {
                g_array_set_size(users, 0);
                g_array_set_size(groups, 0);
        }
        if (!plan_map(mode, users, groups, &run->map, error))
                return false;
        run->map_key = id_map_key(run->map);
        return true;
}
