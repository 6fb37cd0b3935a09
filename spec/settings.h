/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* wolffia.conf(5): what an administrator or a user settles for all containers. Where there is no such file, nine calls of the
 * kernel find that out. */

#include <glib.h>
#include <stdbool.h>

typedef struct Settings {
        bool reads_quadlet_folders; /* [Generator] QuadletFolders= */
        bool forbids_single_id;     /* [Runner] SingleId=forbid */
        char *network;              /* [Runner] Network=: where a container names none; NULL: pasta */
} Settings;

void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* Reads /usr/share/wolffia/wolffia.conf, /etc/wolffia/wolffia.conf and $XDG_CONFIG_HOME/wolffia/wolffia.conf, each with the
 * files of wolffia.conf.d/ beside it; what comes later wins. What is wrong becomes a Problem in PROBLEMS (may be NULL), and
 * has no effect. */
Settings *settings_load(GPtrArray *problems);

/* The same for one file. */
void settings_read(Settings *settings, const char *path, GPtrArray *problems);
