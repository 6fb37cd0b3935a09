/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looking where a user manager prefers units to generated ones (systemd.unit(5)), and what Podman's generator reads. The
 * folders are opened once; most do not exist. */

#include "generator/shadow.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_FOLDERS 4

typedef struct ShadowFolder {
        char *path;
        int fd;
        GHashTable *units; /* names in it; NULL: none */
} ShadowFolder;

struct Shadow {
        ShadowFolder folders[MOST_FOLDERS];
        guint count;
        ShadowFolder podman; /* descriptor -1: Podman makes no units of it */
};

/* Takes PATH, which may be NULL. False when there is no such folder. */
static bool open_folder(char *path, ShadowFolder *ret_folder) {
        int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

        if (fd < 0) {
                g_free(path);
                return false;
        }
        *ret_folder = (ShadowFolder){path, fd, NULL};
        return true;
}

static void clear_folder(ShadowFolder *folder) {
        cleanup_fd(&folder->fd);
        g_free(folder->path);
        g_clear_pointer(&folder->units, g_hash_table_unref);
}

/* One listing costs less than asking for each of a thousand names. */
static void list_units(ShadowFolder *folder) {
        autodir DIR *dir = fdopendir(fcntl(folder->fd, F_DUPFD_CLOEXEC, 3));

        for (struct dirent *entry; dir && (entry = readdir(dir));) {
                if (!g_str_has_suffix(entry->d_name, ".service"))
                        continue;
                if (!folder->units)
                        folder->units = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
                g_hash_table_add(folder->units, g_strdup(entry->d_name));
        }
}

static void add_folder(Shadow *shadow, char *path) {
        ShadowFolder *folder = &shadow->folders[shadow->count];

        if (!open_folder(path, folder))
                return;
        list_units(folder);
        shadow->count++;
}

static char *below(const char *variable, const char *fallback_variable, const char *fallback,
                   const char *path) {
        const char *folder = g_getenv(variable), *other = fallback ? g_getenv(fallback_variable) : NULL;

        if (folder && *folder == '/')
                return g_build_filename(folder, path, NULL);
        return other && *other == '/' ? g_build_filename(other, fallback, path, NULL) : NULL;
}

Shadow *shadow_new(const char *podman_generator) {
        Shadow *shadow = g_new0(Shadow, 1);

        shadow->podman.fd = -1;
        add_folder(shadow, below("XDG_CONFIG_HOME", "HOME", ".config", "systemd/user"));
        add_folder(shadow, g_strdup("/etc/systemd/user"));
        add_folder(shadow, below("XDG_RUNTIME_DIR", NULL, NULL, "systemd/user"));
        add_folder(shadow, g_strdup("/run/systemd/user"));
        if (access(podman_generator, X_OK) == 0)
                (void) open_folder(below("XDG_CONFIG_HOME", "HOME", ".config", "containers/systemd"),
                                   &shadow->podman);
        return shadow;
}

void shadow_free(Shadow *shadow) {
        if (!shadow)
                return;
        for (guint i = 0; i < shadow->count; i++)
                clear_folder(&shadow->folders[i]);
        clear_folder(&shadow->podman);
        g_free(shadow);
}

static bool is_masked(int folder_fd, const char *name) {
        char target[sizeof "/dev/null"];
        ssize_t length = readlinkat(folder_fd, name, target, sizeof target);

        return length == (ssize_t) strlen("/dev/null") && memcmp(target, "/dev/null", (size_t) length) == 0;
}

char *shadow_find(const Shadow *shadow, const char *service, const char *source) {
        for (guint i = 0; i < shadow->count; i++) {
                const ShadowFolder *folder = &shadow->folders[i];

                if (!folder->units || !g_hash_table_contains(folder->units, service))
                        continue;
                return is_masked(folder->fd, service)
                               ? NULL
                               : g_strdup_printf(
                                         "systemd takes %s/%s, so that this file has no effect; rename one of the two",
                                         folder->path, service);
        }
        if (shadow->podman.fd >= 0 && faccessat(shadow->podman.fd, source, F_OK, 0) == 0)
                return g_strdup_printf(
                        "Podman's generator makes a unit of %s/%s too, and which of the two systemd gets is left to chance; "
                        "remove one of the two files",
                        shadow->podman.path, source);
        return NULL;
}
