/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Most stops leave nothing that is not the user's own, and then no id map is looked for. */

#include "runner/cgroup-sweep.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/user-namespace.h"
#include "runner/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTROL ".control"

static bool open_unit(int *ret_fd, GError **error) {
        g_autofree char *path = NULL;

        if (!cgroup_find_own_path(&path, error))
                return false;
        if (!g_str_has_suffix(path, "/" CONTROL))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "This is for ExecStopPost= of a unit with Delegate=yes only");
        path[strlen(path) - strlen("/" CONTROL)] = '\0';
        *ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot open the cgroup %s", path);
}

/* All but `.control`, which is the caller's. RET_IS_LEFT: some are there still. */
static bool remove_all(int unit_fd, bool *ret_is_left, GError **error) {
        autodir DIR *folder = folder_open(unit_fd, ".", 0);
        struct dirent *entry;

        *ret_is_left = false;
        if (!folder)
                return fail_errno(error, errno, "Cannot look into the unit's cgroup");
        while ((entry = folder_next(folder)))
                if (entry->d_type == DT_DIR && !g_str_equal(entry->d_name, CONTROL))
                        *ret_is_left |= !cgroup_remove(unit_fd, entry->d_name);
        return true;
}

static bool remove_mapped(void *data, GError **error) {
        const int *unit_fd = data;
        bool is_left;

        return remove_all(*unit_fd, &is_left, error);
}

static bool sweep(GError **error) {
        g_autoptr(IdMap) map = NULL;
        autofd int unit_fd = -1;
        bool is_left;

        if (!open_unit(&unit_fd, error) || !remove_all(unit_fd, &is_left, error))
                return false;
        if (is_left &&
            (!id_map_load_default(&map, error) || !user_namespace_run(map, remove_mapped, &unit_fd, error)))
                return false;
        cgroup_undivide(unit_fd);
        return true;
}

int cgroup_sweep_main(void) {
        g_autoptr(GError) error = NULL;

        if (sweep(&error))
                return EXIT_SUCCESS;
        fprintf(stderr, "Cgroups of what ran before are left: %s\n", error->message);
        return EXIT_FAILURE;
}
