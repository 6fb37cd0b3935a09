/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* wolffia.conf(5): what an administrator or a user settles for all containers. Where there is no such file, six calls of the
 * kernel find that out. */

#include <glib.h>
#include <stdbool.h>

/* Strings are NULL where nothing was said. Folders are as they were written: settings_expand() makes paths of them. */
typedef struct Settings {
        int log_level;              /* [General] LogLevel=, as in syslog(3); -1: nothing was said */
        char *runtime_folder;       /* [General] RuntimeFolder= */
        bool reads_quadlet_folders; /* [Generator] QuadletFolders= */
        bool forbids_single_id;     /* [Runner] SingleId=forbid */
        char *network;              /* [Runner] Network=: where a container names none; NULL: pasta */
        GPtrArray *proxies;         /* [Runner] HttpProxy= and the like, as "http_proxy=VALUE" */
        char *store_folder;         /* [Store] Folder= */
        char **more_stores;         /* [Store] ReadOnlyFolders=, or those that are looked at by default */
} Settings;

Settings *settings_new(void);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* Reads /usr/share/wolffia/wolffia.conf, /etc/wolffia/wolffia.conf and $XDG_CONFIG_HOME/wolffia/wolffia.conf, each with the
 * files of wolffia.conf.d/ beside it; what comes later wins. What is wrong becomes a Problem in PROBLEMS (may be NULL), and
 * has no effect. */
Settings *settings_load(GPtrArray *problems);

/* The same for one file. */
void settings_read(Settings *settings, const char *path, GPtrArray *problems);

/* Puts the log level and the proxies in force for this process and its children. What the environment says itself stays. */
void settings_apply(const Settings *settings);

/* FOLDER with its specifiers filled in; NULL for NULL and "". Caller frees. */
char *settings_expand(const char *folder);

/* The folder of images, containers and volumes. Caller frees. */
char *settings_store_folder(const Settings *settings);

/* The folders of read-only stores, be they there or not. Caller frees with g_strfreev(). */
char **settings_read_only_stores(const Settings *settings);
