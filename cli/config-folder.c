/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The generator gets the manager's environment, this program the shell's; what differs is told with both cures. */

#include "cli/config-folder.h"

#include "cli/manager.h"

#include <string.h>

/* As generator/search.c has it; NULL where neither says. Caller frees. */
static char *find(const char *config, const char *home) {
        return config && *config == '/' ? g_strdup(config)
               : home && *home == '/'   ? g_build_filename(home, ".config", NULL)
                                        : NULL;
}

char *config_folder_explain(void) {
        g_autoptr(Manager) manager = NULL;
        g_auto(GStrv) variables = NULL;

        /* Where there is no manager, nobody reads another folder. */
        if (g_getenv("WOLFFIA_UNIT_DIRS") || !manager_open(&manager, NULL) ||
            !manager_get_environment(manager, &variables, NULL))
                return NULL;
        const char *home = g_environ_getenv(variables, "HOME");
        g_autofree char *own = find(g_getenv("XDG_CONFIG_HOME"), g_getenv("HOME"));
        g_autofree char *other =
                find(g_environ_getenv(variables, "XDG_CONFIG_HOME"), home ? home : g_getenv("HOME"));
        if (!own || !other || strcmp(own, other) == 0)
                return NULL;
        return g_strdup_printf(
                "this shell has its configuration in %s (XDG_CONFIG_HOME), your service manager in %s: units are "
                "made of the files in %s/wolffia. A line XDG_CONFIG_HOME=%s in ~/.config/environment.d/60-config.conf "
                "and 'systemctl --user daemon-reload' have the manager look there; 'export XDG_CONFIG_HOME=%s' has "
                "this shell look where the manager does",
                own, other, other, own, other);
}
