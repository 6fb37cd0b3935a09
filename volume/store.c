/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finding is on a container's start path: two system calls for a volume that has been used before. */

#include "volume/store.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/user-namespace.h"
#include "spec/value-name.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define QUADLET_PREFIX "systemd-"
#define ASIDE_PREFIX   ".new-"

void volume_store_free(VolumeStore *store) {
        if (!store)
                return;
        cleanup_fd(&store->fd);
        g_free(store->path);
        g_free(store);
}

bool volume_store_open(VolumeStore **ret_store, GError **error) {
        g_autoptr(Settings) settings =
                settings_load(NULL); /* main functions have told what is wrong in it */

        return volume_store_open_with(settings, ret_store, error);
}

bool volume_store_open_with(const Settings *settings, VolumeStore **ret_store, GError **error) {
        g_autoptr(VolumeStore) store = g_new0(VolumeStore, 1);
        g_autofree char *folder = settings_store_folder(settings);

        store->path = g_build_filename(folder, "volumes", NULL);
        store->fd = open(store->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (store->fd < 0 && errno == ENOENT) {
                if (!file_make_folders(AT_FDCWD, store->path, 0700, error))
                        return false;
                store->fd = open(store->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        }
        if (store->fd < 0)
                return fail_errno(error, errno, "Cannot open the folder of volumes %s", store->path);
        *ret_store = g_steal_pointer(&store);
        return true;
}

static bool is_there(const VolumeStore *store, const char *name, const char *below) {
        g_autofree char *path = g_build_filename(name, below, NULL);

        return faccessat(store->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool load(const VolumeStore *store, const char *name, VolumeRecord **ret_volume, GError **error) {
        g_autoptr(VolumeRecord) volume = volume_record_new(name);
        g_autofree char *path = g_build_filename(name, "options", NULL), *text = NULL;
        g_autoptr(GError) failure = NULL;

        volume->path = g_build_filename(store->path, name, NULL);
        volume->is_fresh = is_there(store, name, "fresh");
        if (file_read(store->fd, path, 1 << 20, &text, NULL, &failure)) {
                if (!volume_record_parse(volume, text, error))
                        return false;
        } else if (!g_error_matches(failure, ERRNO_ERROR, ENOENT)) {
                g_propagate_prefixed_error(error, g_steal_pointer(&failure), "Volume %s: ", name);
                return false;
        }
        *ret_volume = g_steal_pointer(&volume);
        return true;
}

/* Caller frees. */
static char *other_name(const char *name) {
        if (g_str_has_prefix(name, QUADLET_PREFIX) && name[strlen(QUADLET_PREFIX)])
                return g_strdup(name + strlen(QUADLET_PREFIX));
        return g_strconcat(QUADLET_PREFIX, name, NULL);
}

bool volume_store_find(const VolumeStore *store, const char *name, VolumeRecord **ret_volume,
                       GError **error) {
        g_autofree char *other = other_name(name);
        const char *names[] = {name, other};

        if (!value_name_check(NAME_VOLUME, name, error))
                return false;
        *ret_volume = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (is_there(store, names[i], NULL))
                        return load(store, names[i], ret_volume, error);
        return true;
}

static bool make(int folder_fd, const VolumeRecord *fields, GError **error) {
        g_autofree char *text = volume_record_print(fields);

        if (mkdirat(folder_fd, "data", 0755) < 0)
                return fail_errno(error, errno, "Cannot make the folder data");
        /* The umask of a service may be stricter than what a payload's users can live with. */
        (void) fchmodat(folder_fd, "data", 0755, 0);
        if (text && !file_write_atomic(folder_fd, "options", text, strlen(text), 0600, error))
                return false;
        autofd int fd = openat(folder_fd, "fresh", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        return fd >= 0 || fail_errno(error, errno, "Cannot make the file fresh");
}

typedef struct Removal {
        const VolumeStore *store;
        const char *name;
} Removal;

static bool remove_mapped(void *data, GError **error) {
        const Removal *removal = data;

        return file_remove_tree(removal->store->fd, removal->name, error);
}

/* Whoever the files in it belong to. */
static bool remove_folder(const VolumeStore *store, const char *name, GError **error) {
        Removal removal = {store, name};
        g_autoptr(IdMap) map = NULL;

        return file_remove_tree(store->fd, name, NULL) ||
               (id_map_load_default(&map, error) && user_namespace_run(map, remove_mapped, &removal, error));
}

/* What a crash has left of volumes being made; those at work have a lock on theirs. */
static void sweep(const VolumeStore *store) {
        autodir DIR *folder = opendir(store->path);
        struct dirent *entry;

        while ((entry = folder_next(folder))) {
                if (!g_str_has_prefix(entry->d_name, ASIDE_PREFIX))
                        continue;
                autofd int fd = openat(store->fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
                        (void) remove_folder(store, entry->d_name, NULL);
        }
}

/* A folder with our lock on it. Between mkdir() and flock() a sweep may take it for a leftover: then another. */
static bool make_aside(const VolumeStore *store, char **ret_name, int *ret_fd, GError **error) {
        for (int tries = 0; tries < 1000; tries++) {
                g_autofree char *name =
                        g_strdup_printf(ASIDE_PREFIX "%08x%08x", g_random_int(), g_random_int());
                struct stat status;

                if (mkdirat(store->fd, name, 0700) < 0)
                        return fail_errno(error, errno, "Cannot make a folder in %s", store->path);
                autofd int fd = openat(store->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
                    fstatat(store->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
                        *ret_fd = steal_fd(&fd);
                        *ret_name = g_steal_pointer(&name);
                        return true;
                }
        }
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "Cannot lock a folder in %s; is it on a file system without flock(2)?", store->path);
}

static bool fill_folder(const VolumeStore *store, const char *name, int folder_fd, VolumeFill fill,
                        void *data, GError **error) {
        g_autofree char *path = g_build_filename(store->path, name, NULL);

        if (!fill(path, data, error))
                return false;
        return (syncfs(folder_fd) == 0 && unlinkat(folder_fd, "fresh", 0) == 0) ||
               fail_errno(error, errno, "Cannot write a volume to disk");
}

bool volume_store_create_filled(const VolumeStore *store, const VolumeRecord *fields, VolumeFill fill,
                                void *data, GError **error) {
        g_autofree char *aside = NULL;

        if (!value_name_check(NAME_VOLUME, fields->name, error))
                return false;
        sweep(store);
        autofd int fd = -1;
        if (!make_aside(store, &aside, &fd, error))
                return false;
        /* On disk before it has its name: a volume that was told to be there must be there after a power cut. */
        bool made = make(fd, fields, error) && (!fill || fill_folder(store, aside, fd, fill, data, error)) &&
                    (fsync(fd) == 0 || fail_errno(error, errno, "Cannot write a volume to disk"));
        if (made && renameat2(store->fd, aside, store->fd, fields->name, RENAME_NOREPLACE) < 0)
                made = fail_errno(error, errno, "Cannot make the volume %s", fields->name);
        if (!made)
                (void) remove_folder(store, aside, NULL);
        return made;
}

bool volume_store_create(const VolumeStore *store, const VolumeRecord *fields, GError **error) {
        return volume_store_create_filled(store, fields, NULL, NULL, error);
}

bool volume_store_ensure(const VolumeStore *store, const char *name, VolumeRecord **ret_volume,
                         GError **error) {
        g_autoptr(GError) failure = NULL;
        const char *plain = g_str_has_prefix(name, QUADLET_PREFIX) && name[strlen(QUADLET_PREFIX)]
                                    ? name + strlen(QUADLET_PREFIX)
                                    : name;

        if (!volume_store_find(store, name, ret_volume, error))
                return false;
        if (*ret_volume)
                return true;
        g_autoptr(VolumeRecord) fields = volume_record_new(plain);
        /* Somebody else may have made it meanwhile; then it is as good as ours. */
        if (!volume_store_create(store, fields, &failure) &&
            !g_error_matches(failure, ERRNO_ERROR, EEXIST)) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return false;
        }
        return load(store, plain, ret_volume, error);
}

static gint compare_names(gconstpointer a, gconstpointer b) {
        const VolumeRecord *const *left = a, *const *right = b;

        return strcmp((*left)->name, (*right)->name);
}

GPtrArray *volume_store_list(const VolumeStore *store) {
        GPtrArray *volumes = g_ptr_array_new_with_free_func((GDestroyNotify) volume_record_free);
        autodir DIR *folder = opendir(store->path);
        struct dirent *entry;

        while ((entry = folder_next(folder))) {
                VolumeRecord *volume = NULL;
                /* One whose options cannot be read is told of when it is used. */
                if (value_name_is(NAME_VOLUME, entry->d_name) && load(store, entry->d_name, &volume, NULL))
                        g_ptr_array_add(volumes, volume);
        }
        g_ptr_array_sort(volumes, compare_names);
        return volumes;
}

bool volume_store_lock(const VolumeStore *store, VolumeRecord *volume, int *ret_fd, GError **error) {
        autofd int fd = openat(store->fd, volume->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the volume %s", volume->name);
        while (flock(fd, LOCK_EX) < 0)
                if (errno != EINTR)
                        return fail_errno(error, errno, "Cannot lock the volume %s", volume->name);
        volume->is_fresh = faccessat(fd, "fresh", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        *ret_fd = steal_fd(&fd);
        return true;
}

bool volume_store_mark_used(const VolumeStore *store, const char *name, GError **error) {
        g_autofree char *path = g_build_filename(name, "fresh", NULL);

        return unlinkat(store->fd, path, 0) == 0 || errno == ENOENT ||
               fail_errno(error, errno, "Cannot mark the volume %s as used", name);
}

bool volume_store_remove(const VolumeStore *store, const char *name, GError **error) {
        g_autofree char *aside = g_strdup_printf(ASIDE_PREFIX "%08x%08x", g_random_int(), g_random_int());

        autofd int fd = openat(store->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || flock(fd, LOCK_EX) < 0)
                return fail_errno(error, errno, "Cannot open the volume %s", name);
        /* From here on nobody finds it, and the lock keeps a sweep away. */
        if (renameat(store->fd, name, store->fd, aside) < 0)
                return fail_errno(error, errno, "Cannot remove the volume %s", name);
        return remove_folder(store, aside, error);
}
