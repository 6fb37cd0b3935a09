/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looking where a user manager finds units besides generated ones (systemd.unit(5)), and what Podman's generator reads. The
 * folders are opened once; most do not exist. */

#include "generator/shadow.h"

#include "base/cleanup.h"
#include "generator/search.h"
#include "generator/translation.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#define MOST_FOLDERS 7

typedef struct ShadowFolder {
        char *path;
        int fd;
        GHashTable *units; /* names in it; NULL: not listed */
        guint asked;       /* how often a name was looked for */
        bool loses;        /* systemd prefers generated units to those in it */
} ShadowFolder;

struct Shadow {
        ShadowFolder folders[MOST_FOLDERS]; /* those that win first */
        guint count;
        GHashTable *podman; /* names of Podman's units → file; NULL: it makes none */
};

static void clear_folder(ShadowFolder *folder) {
        cleanup_fd(&folder->fd);
        g_free(folder->path);
        g_clear_pointer(&folder->units, g_hash_table_unref);
}

static void list_units(ShadowFolder *folder) {
        autodir DIR *dir = fdopendir(fcntl(folder->fd, F_DUPFD_CLOEXEC, 3));

        folder->units = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (struct dirent *entry; dir && (entry = readdir(dir));)
                if (g_str_has_suffix(entry->d_name, ".service"))
                        g_hash_table_add(folder->units, g_strdup(entry->d_name));
}

/* One listing costs less than asking for each of a thousand names, and more than asking for a few. */
#define FEW_NAMES 16

static bool has_unit(ShadowFolder *folder, const char *service) {
        if (!folder->units && folder->asked++ < FEW_NAMES)
                return faccessat(folder->fd, service, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        if (!folder->units)
                list_units(folder);
        return g_hash_table_contains(folder->units, service);
}

/* Takes PATH, which may be NULL. */
static void add_folder(Shadow *shadow, char *path, bool loses) {
        int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

        if (fd < 0) {
                g_free(path);
                return;
        }
        g_assert(shadow->count < MOST_FOLDERS);
        shadow->folders[shadow->count++] = (ShadowFolder){.path = path, .fd = fd, .loses = loses};
}

static char *below(const char *variable, const char *fallback_variable, const char *fallback,
                   const char *path) {
        const char *folder = g_getenv(variable), *other = fallback ? g_getenv(fallback_variable) : NULL;

        if (folder && *folder == '/')
                return g_build_filename(folder, path, NULL);
        return other && *other == '/' ? g_build_filename(other, fallback, path, NULL) : NULL;
}

/* The names of units are Podman's as well as ours, but for instances: of data@a.volume it makes data@a-volume.service. */
static char *podman_service(const Search *search, UnitReader *reader, const Source *source) {
        g_autofree char *service = translation_service(search, reader, source),
                        *usual = source_service(source->name, source->kind);
        const char *at = strchr(source->name, '@'), *dot = strrchr(source->name, '.');

        if (source->kind == SOURCE_CONTAINER || source->kind == SOURCE_KUBE || !at || at + 1 >= dot ||
            !g_str_equal(service, usual))
                return g_steal_pointer(&service);
        return g_strdup_printf("%.*s-%s.service", (int) (dot - source->name), source->name, dot + 1);
}

static void list_podman_units(Shadow *shadow) {
        g_autoptr(GArray) roots = search_podman_roots();
        g_autoptr(Search) search = search_run(roots);
        UnitReader *reader = unit_reader_new();

        shadow->podman = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        for (guint i = 0; i < search->sources->len; i++) {
                const Source *source = search_source(search, i);

                g_hash_table_insert(shadow->podman, podman_service(search, reader, source),
                                    search_path(search, source));
        }
        unit_reader_free(reader);
}

Shadow *shadow_new(const char *podman_generator) {
        Shadow *shadow = g_new0(Shadow, 1);

        add_folder(shadow, below("XDG_CONFIG_HOME", "HOME", ".config", "systemd/user"), false);
        add_folder(shadow, g_strdup("/etc/systemd/user"), false);
        add_folder(shadow, below("XDG_RUNTIME_DIR", NULL, NULL, "systemd/user"), false);
        add_folder(shadow, g_strdup("/run/systemd/user"), false);
        add_folder(shadow, below("XDG_DATA_HOME", "HOME", ".local/share", "systemd/user"), true);
        add_folder(shadow, g_strdup("/usr/local/lib/systemd/user"), true);
        add_folder(shadow, g_strdup("/usr/lib/systemd/user"), true);
        if (access(podman_generator, X_OK) == 0)
                list_podman_units(shadow);
        return shadow;
}

void shadow_free(Shadow *shadow) {
        if (!shadow)
                return;
        for (guint i = 0; i < shadow->count; i++)
                clear_folder(&shadow->folders[i]);
        g_clear_pointer(&shadow->podman, g_hash_table_unref);
        g_free(shadow);
}

static bool is_masked(int folder_fd, const char *name) {
        char target[sizeof "/dev/null"];
        ssize_t length = readlinkat(folder_fd, name, target, sizeof target);

        return length == (ssize_t) strlen("/dev/null") && memcmp(target, "/dev/null", (size_t) length) == 0;
}

static char *tell_of_folder(const ShadowFolder *folder, const char *service) {
        if (is_masked(folder->fd, service))
                return NULL;
        return g_strdup_printf(
                folder->loses
                        ? "its unit takes the place of %s/%s; rename this file if that one is wanted"
                        : "systemd takes %s/%s, so that this file has no effect; rename one of the two",
                folder->path, service);
}

/* Podman's writes into what is there, ours leaves what is there: in either order it is Podman's that stays. */
static char *tell_of_podman(const char *service, const char *other, const char *path) {
        if (g_str_equal(other, path))
                return g_strdup_printf(
                        "Podman's generator makes %s of this file too, and systemd takes Podman's; remove "
                        "Podman, or move the file to ~/.config/wolffia/",
                        service);
        return g_strdup_printf(
                "Podman's generator makes %s too, of %s, and systemd takes Podman's; remove one of the two "
                "files",
                service, other);
}

char *shadow_find(Shadow *shadow, const char *service, const char *path) {
        const char *other = shadow->podman ? g_hash_table_lookup(shadow->podman, service) : NULL;

        for (guint i = 0; i < shadow->count; i++) {
                ShadowFolder *folder = &shadow->folders[i];

                if (folder->loses && other)
                        break;
                if (has_unit(folder, service))
                        return tell_of_folder(folder, service);
        }
        return other ? tell_of_podman(service, other, path) : NULL;
}
