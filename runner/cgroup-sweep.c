/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Most stops leave nothing that is not the user's own, and then no id map is looked for. */

#include "runner/cgroup-sweep.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/user-namespace.h"
#include "runner/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTROL "/.control"

static bool open_unit(int *ret_fd, GError **error) {
        g_autofree char *path = NULL;

        if (!cgroup_find_own_path(&path, error))
                return false;
        if (!g_str_has_suffix(path, CONTROL))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "This is for ExecStopPost= of a unit with Delegate=yes only");
        path[strlen(path) - strlen(CONTROL)] = '\0';
        *ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot open the cgroup %s", path);
}

/* RET_IS_LEFT: some are there still. */
static bool remove_all(int unit_fd, bool *ret_is_left, GError **error) {
        DIR *folder = fdopendir(openat(unit_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        struct dirent *entry;

        *ret_is_left = false;
        if (!folder)
                return fail_errno(error, errno, "Cannot look into the unit's cgroup");
        while ((entry = readdir(folder))) {
                if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
                        continue;
                cgroup_remove_below(unit_fd, entry->d_name);
                *ret_is_left |= faccessat(unit_fd, entry->d_name, F_OK, 0) == 0;
        }
        closedir(folder);
        return true;
}

static bool remove_mapped(void *data, GError **error) {
        const int *unit_fd = data;
        bool is_left;

        return remove_all(*unit_fd, &is_left, error);
}

static void take_controllers_back(int unit_fd) {
        g_autofree char *names = NULL;
        autofd int fd = openat(unit_fd, "cgroup.subtree_control", O_WRONLY | O_CLOEXEC);

        if (fd < 0 || !file_read(unit_fd, "cgroup.subtree_control", 4096, &names, NULL, NULL))
                return;
        g_auto(GStrv) controllers = g_strsplit(g_strstrip(names), " ", -1);
        for (char **controller = controllers; *controller; controller++) {
                g_autofree char *word = g_strconcat("-", *controller, NULL);
                (void) (**controller && write(fd, word, strlen(word)));
        }
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
        take_controllers_back(unit_fd);
        return true;
}

int cgroup_sweep_main(void) {
        g_autoptr(GError) error = NULL;

        if (sweep(&error))
                return EXIT_SUCCESS;
        fprintf(stderr, "Cgroups of what ran before are left: %s\n", error->message);
        return EXIT_FAILURE;
}
