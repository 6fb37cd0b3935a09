/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Other images whose files a container mounts: Mount=type=image. They are looked for, fetched and unpacked as the container's
 * own, and `wolffia rmi` leaves them alone while it lives. */

#include "image/store.h"
#include "runner/run.h"

typedef struct MountImage {
        char *name; /* as it is written */
        ImageRecord *record;
} MountImage;

/* Runs in:  the runner, after image_acquire()
 * Leaves:   run->images, of MountImage *; empty where none is asked for */
bool mount_images_acquire(Run *run, GError **error);

/* Unpacks what is not yet unpacked for this map, and names the images in the container's folder.
 *
 * Needs:    run->map */
bool mount_images_prepare(const Run *run, GError **error);
bool mount_images_link(const Run *run, GError **error);

/* Undoes the latter. */
void mount_images_unlink(const Run *run);

/* The folders of an image's layers for this map, the topmost first, ended by NULL; NULL when there is no such image among
 * IMAGES. Caller frees. */
char **mount_images_layers(const GPtrArray *images, const ImageStore *store, const char *map_key,
                           const char *name);
