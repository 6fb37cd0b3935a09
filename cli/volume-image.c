/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Volumes with the files of an image. Podman mounts such an image for each volume; a copy needs no mount that somebody has
 * to hold, and works in a container with any map. Its layers are put together by the kernel, as for a container. */

#include "base/cleanup.h"
#include "base/copy.h"
#include "base/error.h"
#include "base/user-namespace.h"
#include "cli/volume.h"
#include "image/layers.h"
#include "runner/image.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

typedef struct Fill {
        const ImageStore *store;
        const ImageRecord *record;
        const VolumeRecord *fields;
        const IdMap *map;
        const char *map_key;
        const char *folder; /* of the new volume */
} Fill;

static const int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

static char *layer_path(const Fill *fill, const char *layer) {
        g_autofree char *name = image_store_layer_name(layer);

        return g_build_filename(fill->store->path, "layers", fill->map_key, name, NULL);
}

static guint count_layers(const Fill *fill) {
        guint count = 0;

        while (fill->record->layers[count])
                count++;
        return count;
}

/* lowerdir= with descriptors, topmost first: paths may have a ':' in them, and the whole string is one page. They stay open
 * until the child ends. */
static bool print_layers(const Fill *fill, char **ret_options, GError **error) {
        g_autoptr(GString) text = g_string_new("userxattr,lowerdir=");

        for (guint i = count_layers(fill); i > 0; i--) {
                g_autofree char *path = layer_path(fill, fill->record->layers[i - 1]);
                int fd = open(path, O_PATH | O_DIRECTORY);

                if (fd < 0)
                        return fail_errno(error, errno, "Cannot open the folder %s", path);
                g_string_append_printf(text, "/proc/self/fd/%d%s", fd, i > 1 ? ":" : "");
        }
        if (text->len >= 4096)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The image has more layers than one overlay can be told of; build it as one layer "
                        "('wolffia build --squash')");
        *ret_options = g_strdup(text->str);
        return true;
}

static bool mount_layers(const Fill *fill, const char *path, GError **error) {
        g_autofree char *options = NULL;

        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
                return fail_errno(error, errno, "Cannot get mounts of its own");
        if (!print_layers(fill, &options, error))
                return false;
        if (mkdir(path, 0700) < 0)
                return fail_errno(error, errno, "Cannot make the folder %s", path);
        return mount("overlay", path, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, options) == 0 ||
               fail_errno(error, errno, "Cannot mount the image's layers");
}

/* All of the image in a folder; the kernel wants two layers at least. */
static bool open_image(const Fill *fill, int *ret_fd, GError **error) {
        bool is_single = count_layers(fill) == 1;
        g_autofree char *path = is_single ? layer_path(fill, fill->record->layers[0])
                                          : g_build_filename(fill->folder, "image", NULL);

        if (!is_single && !mount_layers(fill, path, error))
                return false;
        *ret_fd = open(path, folder_flags);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot open the folder %s", path);
}

static bool give(const Fill *fill, int data_fd, GError **error) {
        uid_t uid = fill->fields->has_uid ? fill->fields->uid : (uid_t) -1;
        gid_t gid = fill->fields->has_gid ? fill->fields->gid : (gid_t) -1;

        return fchown(data_fd, uid, gid) == 0 ||
               fail_errno(error, errno, "Cannot give the volume to its owner");
}

/* UserNamespaceWork */
static bool copy_image(void *data, GError **error) {
        const Fill *fill = data;
        g_autofree char *path = g_build_filename(fill->folder, "data", NULL);
        autofd int image_fd = -1;

        if (!open_image(fill, &image_fd, error))
                return false;
        autofd int data_fd = open(path, folder_flags);
        if (data_fd < 0)
                return fail_errno(error, errno, "Cannot open the folder %s", path);
        return copy_folder(image_fd, data_fd, error) && give(fill, data_fd, error);
}

/* VolumeFill */
static bool fill_volume(const char *folder, void *data, GError **error) {
        Fill *fill = data;
        g_autofree char *mount_point = g_build_filename(folder, "image", NULL);

        fill->folder = folder;
        if (!user_namespace_run(fill->map, copy_image, fill, error))
                return fail_prefix(error, "The files of the image %s", fill->fields->image);
        return rmdir(mount_point) == 0 || errno == ENOENT ||
               fail_errno(error, errno, "Cannot remove the folder %s", mount_point);
}

static bool find_image(const ImageStore *store, const char *name, ImageRecord **ret_record, GError **error) {
        if (!image_store_find(store, name, ret_record, error))
                return false;
        if (*ret_record)
                return true;
        if (!image_run_wolffia((const char *const[]){"pull", name, NULL}, error) ||
            !image_store_find(store, name, ret_record, error))
                return false;
        return *ret_record || fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no image '%s'", name);
}

bool volume_image_create(const VolumeStore *store, const VolumeRecord *fields, GError **error) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(ImageStore) images = NULL;
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(IdMap) map = NULL;
        autofd int lock_fd = -1;
        ImageProgress progress;

        image_progress_init(&progress, false);
        /* The lock keeps the layers there until they are copied. */
        if (!image_store_open(&images, error) ||
            !image_store_lock(images, IMAGE_STORE_USE_SHARED, true, &lock_fd, error) ||
            !find_image(images, fields->image, &record, error) || !id_map_load_default(&map, error) ||
            !image_layers_unpack(images, record, map, &progress, warnings, error))
                return false;
        verb_warn_all(warnings);
        g_autofree char *map_key = id_map_key(map);
        Fill fill = {images, record, fields, map, map_key, NULL};
        return volume_store_create_filled(store, fields, fill_volume, &fill, error);
}
