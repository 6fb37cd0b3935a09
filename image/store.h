/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's image store, $XDG_DATA_HOME/wolffia or what wolffia.conf(5) says. No database and no lock that outlives a
 * crash: an entry is complete or absent, since each is written aside and renamed.
 *
 *   blobs/sha256/DIGEST       what came over the network or from an archive: layers, configurations (OCI layout)
 *   images/NAME               a reference (image_reference_escape()) → symlink to ../records/DIGEST
 *   records/DIGEST            an image, as image/record.h; DIGEST is that of its configuration
 *   layers/KEY/DIFFID         a layer unpacked for the id map KEY (id_map_key()); DIFFID is the first 32 digits
 *   containers/NAME/          a running container's writable layer: upper/, work/, root/ (the mount point), and
 *                             `image`, a symlink to ../../records/DIGEST, which keeps `wolffia rmi` away as long as
 *                             the folder is locked (flock(2))
 *   ids                       an empty file; parts of it are locked for UserNS=auto (runner/ids-auto.h)
 *   volumes/                  named volumes (volume/store.h)
 *   trash/                    what is to be removed, moved here by one rename; also where imports work, so that what a
 *                             crash leaves is trash already. Each entry that is in use has a lock (flock(2)) on it.
 *
 * Layers are kept per id map because the kernel gives no idmapped mounts to users: a container with another map gets
 * its layers unpacked once more, from the blobs, at its first start.
 *
 * Beside it there may be stores of others (wolffia.conf(5), ReadOnlyFolders=), of which blobs/, images/ and records/ are
 * read, when the user's own store has no image of a name. Nothing is locked or written there: an image of such a store is
 * unpacked into the user's own, which gets a record of it, without a name, so that a removal knows what is needed. */

#include "base/id-map.h"
#include "image/record.h"
#include "spec/settings.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ImageStore {
        char *path;
        int fd;      /* O_PATH; the folder itself */
        char **more; /* the folders of read-only stores; those that are not there count as empty */
} ImageStore;

/* Opens the store of the calling user, making its folders where they are missing (mode 0700). */
bool image_store_open(ImageStore **ret_store, GError **error);

/* The same for who has read wolffia.conf already. */
bool image_store_open_with(const Settings *settings, ImageStore **ret_store, GError **error);

/* Opens or makes a store at PATH, for others to read: image_store_publish(). */
bool image_store_open_for_others(const char *path, ImageStore **ret_store, GError **error);

/* Lets everybody read what is in it. */
bool image_store_publish(const ImageStore *store, GError **error);

/* A read-only store, to be looked at. NULL when it is not there. Caller frees. */
ImageStore *image_store_open_more(const char *path);
void image_store_free(ImageStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageStore, image_store_free)

/* Where the store lies on a file server (row F1): that, and what to do. NULL: it does not. Caller frees. */
char *image_store_note_server(const ImageStore *store);

/* Finds an image by the name that a user writes: "nginx", "localhost/nginx:1", "docker.io/library/nginx", a digest
 * ("sha256:…", or its 64 digits). A short name means localhost/NAME first, then docker.io/library/NAME. NULL in
 * RET_RECORD, and true, when the store has none. */
bool image_store_find(const ImageStore *store, const char *name, ImageRecord **ret_record, GError **error);

/* The same, in one of the read-only stores only; where it is in RET_FOLDER (owned by STORE; may be NULL). */
bool image_store_find_more(const ImageStore *store, const char *name, ImageRecord **ret_record,
                           const char **ret_folder, GError **error);

/* Opens a blob, here or in a read-only store. */
bool image_store_open_blob(const ImageStore *store, const char *digest, int *ret_fd, GError **error);

/* Makes a record, without a name, of an image that is in a read-only store; of one's own nothing is to be done. */
bool image_store_keep(const ImageStore *store, const ImageRecord *record, GError **error);

/* The folder of a layer below layers/KEY/, 32 hexadecimal digits: overlay's option string is limited to one page
 * (mount(2)), which full digests would fill with 62 layers. Caller frees. */
char *image_store_layer_name(const char *diff_id);

/* The names of layers that are not yet unpacked for a map. Caller unrefs. */
GPtrArray *image_store_missing_layers(const ImageStore *store, const ImageRecord *record,
                                      const char *map_key);

typedef enum ImageStoreUse {
        IMAGE_STORE_USE_SHARED,    /* nothing that is in the store will be removed */
        IMAGE_STORE_USE_EXCLUSIVE, /* nobody else counts on what is in the store */
} ImageStoreUse;

/* Takes the store's lock, which is held until the descriptor is closed: imports hold it shared while they work, a start
 * from image_store_find() until containers/NAME/image is made; removal needs it exclusively. With WAIT false, a lock
 * that is taken is RET_FD -1, and true. */
bool image_store_lock(const ImageStore *store, ImageStoreUse use, bool wait, int *ret_fd, GError **error);

/* Names an image: the record goes in, then the name, both on disk when this returns. NAME is a full one. FIELDS as in
 * image_record_print(). */
bool image_store_add(const ImageStore *store, const char *name, const ImageRecord *fields, GError **error);

/* Paths below the store. Callers free. */
char *image_store_blob_path(const char *digest);
char *image_store_record_path(const char *digest);
char *image_store_name_path(const char *name);
