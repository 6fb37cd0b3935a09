/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container without named volumes costs nothing here; one whose volumes have been used before, three system calls a
 * volume. */

#include "runner/mount-volumes.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"
#include "runner/mount-plan.h"
#include "spec/value-mount.h"
#include "spec/value-volume.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void mount_volumes_unlock(MountVolumes *volumes) {
        for (guint i = 0; volumes && i < volumes->locks->len; i++) {
                int *fd = &g_array_index(volumes->locks, int, i);
                if (volumes->is_open && *fd >= 0)
                        (void) fchmod(*fd, 0700); /* the store around it is closed anyway */
                cleanup_fd(fd);
        }
}

void mount_volumes_free(MountVolumes *volumes) {
        if (!volumes)
                return;
        mount_volumes_unlock(volumes);
        g_array_unref(volumes->locks);
        g_array_unref(volumes->facts);
        g_ptr_array_unref(volumes->records);
        g_ptr_array_unref(volumes->names);
        g_free(volumes);
}

static char *link_name(const VolumeRecord *record) {
        return g_strconcat("volume-", record->name, NULL);
}

static bool link_volume(const Run *run, const VolumeRecord *record, GError **error) {
        g_autofree char *name = link_name(record);
        g_autofree char *target = g_strconcat("../../volumes/", record->name, NULL);

        return symlinkat(target, run->folder_fd, name) == 0 || errno == EEXIST ||
               fail_errno(error, errno, "Cannot note the use of volume %s", record->name);
}

static bool is_known(const MountVolumes *volumes, const char *name) {
        for (guint i = 0; i < volumes->names->len; i++)
                if (g_str_equal(volumes->names->pdata[i], name))
                        return true;
        return false;
}

static gint compare_names(gconstpointer a, gconstpointer b) {
        const char *const *left = a, *const *right = b;

        return strcmp(*left, *right);
}

/* In the order of their names, so that two containers never wait for each other's locks. */
static bool collect_names(const Run *run, MountVolumes *volumes, GError **error) {
        for (guint i = 0; i < run->spec->volumes->len; i++) {
                const char *text = run->spec->volumes->pdata[i];
                g_autoptr(Volume) volume = NULL;

                if (!value_volume_parse(text, &volume, error))
                        return fail_prefix(error, "Volume=%s", text);
                if (volume->kind == VOLUME_NAMED && !is_known(volumes, volume->source))
                        g_ptr_array_add(volumes->names, g_strdup(volume->source));
        }
        for (guint i = 0; i < run->spec->mounts->len; i++) {
                const char *text = run->spec->mounts->pdata[i];
                g_autoptr(MountValue) value = NULL;

                if (!value_mount_parse(text, &value, error))
                        return fail_prefix(error, "Mount=%s", text);
                if (value->type == MOUNT_TYPE_VOLUME && value->volume.source &&
                    !is_known(volumes, value->volume.source))
                        g_ptr_array_add(volumes->names, g_strdup(value->volume.source));
        }
        g_ptr_array_sort(volumes->names, compare_names);
        return true;
}

/* Two names of one volume (systemd-data and data) are one lock. */
static bool holds_lock(const MountVolumes *volumes, const VolumeRecord *record) {
        for (guint i = 0; i < volumes->records->len; i++)
                if (g_str_equal(((const VolumeRecord *) volumes->records->pdata[i])->name, record->name))
                        return true;
        return false;
}

static bool fail_foreign(IdKinds lacking, const char *path, uid_t uid, GError **error) {
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "%s, and the volume was written under some: %s belongs to user %u; a range with "
                "that id in /etc/subuid and /etc/subgid ('usermod --add-subuids') brings it back, UserNS=single goes on "
                "with what the single id can read",
                id_own_tell_lack(lacking), path, uid);
}

/* Row U1: a single id in the place of ranges that went missing (a line lost in /etc/subuid) would find files that are nobody's, and
 * leave others among them that the ranges' return makes strange. What lies at the top of the volume is looked at. */
static bool check_owners(IdKinds lacking, const VolumeRecord *record, GError **error) {
        g_autofree char *data = volume_record_data_path(record);
        autodir DIR *folder = folder_open(AT_FDCWD, data, 0);
        struct dirent *entry;
        struct stat status;

        if (stat(data, &status) == 0 && status.st_uid != getuid())
                return fail_foreign(lacking, data, status.st_uid, error);
        while ((entry = folder_next(folder)))
                if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                    status.st_uid != getuid()) {
                        g_autofree char *path = g_build_filename(data, entry->d_name, NULL);
                        return fail_foreign(lacking, path, status.st_uid, error);
                }
        return true;
}

static bool take(const Run *run, const VolumeStore *store, MountVolumes *volumes, const char *name,
                 GError **error) {
        g_autoptr(VolumeRecord) record = NULL;

        if (!volume_store_ensure(store, name, &record, error) || !link_volume(run, record, error))
                return false;
        if (run->lacking_ids && g_strcmp0(run->spec->user_namespace, "single") != 0 &&
            record->source == VOLUME_SOURCE_FOLDER && !check_owners(run->lacking_ids, record, error))
                return false;
        if (record->is_fresh && record->source == VOLUME_SOURCE_FOLDER && !holds_lock(volumes, record)) {
                int fd = -1;
                if (!volume_store_lock(store, record, &fd, error))
                        return false;
                g_array_append_val(volumes->locks, fd);
                if (volumes->is_open && fchmod(fd, 0777) < 0)
                        return fail_errno(error, errno, "Cannot open the volume to the container's root");
        }
        MountVolume fact = {.name = name, .record = record};
        g_array_append_val(volumes->facts, fact);
        g_ptr_array_add(volumes->records, g_steal_pointer(&record));
        return true;
}

bool mount_volumes_find(const Run *run, MountVolumes **ret_volumes, GError **error) {
        g_autoptr(MountVolumes) volumes = g_new0(MountVolumes, 1);
        g_autoptr(VolumeStore) store = NULL;

        volumes->is_open = !run->has_user;
        volumes->facts = g_array_new(FALSE, FALSE, sizeof(MountVolume));
        volumes->locks = g_array_new(FALSE, FALSE, sizeof(int));
        volumes->records = g_ptr_array_new_with_free_func((GDestroyNotify) volume_record_free);
        volumes->names = g_ptr_array_new_with_free_func(g_free);
        if (!collect_names(run, volumes, error))
                return false;
        if (volumes->names->len > 0 && !volume_store_open_with(run->settings, &store, error))
                return false;
        for (guint i = 0; i < volumes->names->len; i++)
                if (!take(run, store, volumes, volumes->names->pdata[i], error))
                        return fail_prefix(error, "Volume=%s:…", (const char *) volumes->names->pdata[i]);
        *ret_volumes = g_steal_pointer(&volumes);
        return true;
}

void mount_volumes_forget(const Run *run, const MountVolumes *volumes) {
        for (guint i = 0; volumes && i < volumes->records->len; i++) {
                g_autofree char *name = link_name(volumes->records->pdata[i]);
                (void) unlinkat(run->folder_fd, name, 0);
        }
}
