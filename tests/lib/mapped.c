/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A refusal at the making of the namespace is the host's; an error of the work is the test's. */

#include "tests/lib/mapped.h"

#include "base/error.h"
#include "tests/lib/skip.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static IdMap *plan_single(void) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));

        return id_map_plan_default(getuid(), getgid(), none, none);
}

static bool do_nothing(void *data, GError **error) {
        return true;
}

static bool can_run(const IdMap *map) {
        g_autoptr(GError) error = NULL;

        if (user_namespace_run(map, do_nothing, NULL, &error))
                return true;
        skip_test("%s", error->message);
        return false;
}

static bool run(const IdMap *map, UserNamespaceWork work, void *data) {
        g_autoptr(GError) error = NULL;

        user_namespace_run(map, work, data, &error);
        g_assert_no_error(error);
        return true;
}

bool mapped_run_single(UserNamespaceWork work, void *data) {
        g_autoptr(IdMap) map = plan_single();

        return can_run(map) && run(map, work, data);
}

IdMap *mapped_plan_many(void) {
        g_autoptr(IdMap) map = NULL;
        g_autoptr(GError) error = NULL;

        if (geteuid() == 0) {
                /* Root needs no line in /etc/subuid. */
                g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(IdRange));
                IdRange range = {.start = 200000, .count = 65536};
                g_array_append_val(ranges, range);
                map = id_map_plan_default(0, 0, ranges, ranges);
        } else if (!id_map_load_default(&map, &error)) {
                skip_test("%s", error->message);
                return NULL;
        }
        if (id_map_is_single(map)) {
                skip_test("user %u has no subordinate ids in /etc/subuid and /etc/subgid", getuid());
                return NULL;
        }
        return can_run(map) ? g_steal_pointer(&map) : NULL;
}

bool mapped_run_many(UserNamespaceWork work, void *data) {
        g_autoptr(IdMap) map = mapped_plan_many();

        return map && run(map, work, data);
}

bool mapped_unshare_mounts(GError **error) {
        if (unshare(CLONE_NEWNS) < 0)
                return fail_errno(error, errno, "Cannot make a mount namespace");
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return fail_errno(error, errno, "Cannot separate mounts");
        return true;
}
