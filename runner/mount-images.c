/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A handful at most, in the order of the keys; the same image twice is one. */

#include "runner/mount-images.h"

#include "base/error.h"
#include "runner/image.h"
#include "spec/value-mount.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void image_free(void *data) {
        MountImage *image = data;

        g_free(image->name);
        image_record_free(image->record);
        g_free(image);
}

static const MountImage *find(const GPtrArray *images, const char *name) {
        for (guint i = 0; images && i < images->len; i++)
                if (g_str_equal(((const MountImage *) images->pdata[i])->name, name))
                        return images->pdata[i];
        return NULL;
}

bool mount_images_acquire(Run *run, GError **error) {
        run->images = g_ptr_array_new_with_free_func(image_free);
        for (guint i = 0; i < run->spec->mounts->len; i++) {
                const char *text = run->spec->mounts->pdata[i];
                g_autoptr(MountValue) value = NULL;
                ImageRecord *record = NULL;

                if (!strstr(text, "type=image")) /* most are not, and are parsed once more later */
                        continue;
                if (!value_mount_parse(text, &value, error))
                        return fail_prefix(error, "Mount=%s", text);
                if (value->type != MOUNT_TYPE_IMAGE || find(run->images, value->volume.source))
                        continue;
                if (!image_find_or_fetch(run, value->volume.source, &record, error))
                        return fail_prefix(error, "Mount=%s", text);
                MountImage *image = g_new0(MountImage, 1);
                image->name = g_strdup(value->volume.source);
                image->record = record;
                g_ptr_array_add(run->images, image);
        }
        return true;
}

bool mount_images_prepare(const Run *run, GError **error) {
        for (guint i = 0; i < run->images->len; i++) {
                const MountImage *image = run->images->pdata[i];
                if (!image_prepare(run, image->record, image->name, error))
                        return false;
        }
        return true;
}

/* image-0, image-1, …: beside the container's own (image/list.h). */
static char *link_name(guint i) {
        return g_strdup_printf("image-%u", i);
}

bool mount_images_link(const Run *run, GError **error) {
        for (guint i = 0; i < run->images->len; i++) {
                const MountImage *image = run->images->pdata[i];
                g_autofree char *name = link_name(i),
                                *record = image_store_record_path(image->record->digest);
                g_autofree char *target = g_strconcat("../../", record, NULL);
                if (symlinkat(target, run->folder_fd, name) < 0)
                        return fail_errno(error, errno, "Cannot name an image in the container's folder");
        }
        return true;
}

void mount_images_unlink(const Run *run) {
        for (guint i = 0; run->images && i < run->images->len; i++) {
                g_autofree char *name = link_name(i);
                (void) unlinkat(run->folder_fd, name, 0);
        }
}

char **mount_images_layers(const GPtrArray *images, const ImageStore *store, const char *map_key,
                           const char *name) {
        const MountImage *image = find(images, name);
        g_autoptr(GPtrArray) paths = g_ptr_array_new();

        if (!image)
                return NULL;
        for (guint i = g_strv_length((char **) image->record->layers); i > 0; i--) {
                g_autofree char *layer = image_store_layer_name(image->record->layers[i - 1]);
                g_ptr_array_add(paths, g_strdup_printf("%s/layers/%s/%s", store->path, map_key, layer));
        }
        g_ptr_array_add(paths, NULL);
        return (char **) g_ptr_array_free(g_steal_pointer(&paths), FALSE);
}
