/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* source → members → manifest → configuration → layers → name. A name comes last, so that what has a name can be
 * started. */

#include "image/import.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "image/architecture.h"
#include "image/blob.h"
#include "image/config.h"
#include "image/layers.h"
#include "image/pack.h"
#include "image/remove.h"
#include "image/source.h"

#include <stdlib.h>
#include <string.h>

static const char *architecture_of(const ImageImport *import) {
        return import->architecture ? import->architecture : image_architecture_host();
}

bool image_import_manifest(const ImageStore *store, const ImageImport *import, const ImageManifest *manifest,
                           char **ret_digest, GError **error) {
        g_autoptr(ImageConfig) config = NULL;
        g_autoptr(IdMap) map = NULL;

        if (!image_config_load(store, manifest, architecture_of(import), &config, error))
                return false;
        if (!import->is_for_others &&
            (!id_map_load_default(&map, error) ||
             !image_layers_unpack(store, &config->fields, map, import->progress, import->warnings, error)))
                return false;
        if (!image_store_add(store, import->name, &config->fields, error) ||
            (import->is_for_others && !image_store_publish(store, error)))
                return false;
        *ret_digest = g_strdup(manifest->config);
        return true;
}

static bool import_image(const ImageTrash *aside, const ImageImport *import, const ImageSource *source,
                         ImageManifest **ret_manifest, GError **error) {
        ImageChoice choice = {.architecture = architecture_of(import), .name = source->name};
        g_autoptr(ImageMembers) members = NULL;

        if (import->settings && json_object_get_size(import->settings) > 0)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "it is %s, which has settings of its own; --change and its like are for root folders, a container "
                        "changes them with Environment=, Exec= and so on",
                        image_source_kind_name(source->kind));
        if (source->kind == IMAGE_SOURCE_OCI_LAYOUT)
                members = image_members_new(aside, source->fd);
        else if (!image_members_load(aside, source->fd, import->progress, &members, error))
                return false;

        if (source->kind == IMAGE_SOURCE_DOCKER_ARCHIVE)
                return image_manifest_load_docker(members, &choice, import->progress, ret_manifest, error);
        return image_manifest_load_oci(members, &choice, import->progress, ret_manifest, error);
}

static bool import_root(const ImageTrash *aside, const ImageImport *import, const ImageSource *source,
                        ImageManifest **ret_manifest, GError **error) {
        g_autoptr(ImageManifest) manifest = g_new0(ImageManifest, 1);
        g_autofree char *blob = NULL, *diff_id = NULL;

        if (source->kind == IMAGE_SOURCE_TAR) {
                if (!image_pack_tar(aside, source->fd, import->progress, &blob, &diff_id, error))
                        return false;
        } else {
                g_autofree char *path = realpath(source->path, NULL);
                if (!path)
                        return fail_errno(error, errno, "Cannot find it");
                if (!image_pack_folder(aside, path, import->progress, import->warnings, &blob, &diff_id,
                                       error))
                        return false;
        }

        g_autoptr(JsonObject) settings =
                import->settings ? json_object_ref(import->settings) : image_config_new_settings();
        g_autofree char *document = image_config_print(settings, architecture_of(import), diff_id);
        manifest->digest = g_strdup("");
        manifest->layers = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(manifest->layers, g_steal_pointer(&blob));
        if (!image_blob_store(aside, document, strlen(document), &manifest->config, error))
                return false;
        *ret_manifest = g_steal_pointer(&manifest);
        return true;
}

static bool import_source(const ImageStore *store, const ImageImport *import, const char *text,
                          char **ret_digest, GError **error) {
        g_autoptr(ImageTrash) aside = NULL;
        g_autoptr(ImageSource) source = NULL;
        g_autoptr(ImageManifest) manifest = NULL;

        if (!image_trash_open(store, &aside, error) || !image_source_open(text, aside, &source, error))
                return false;

        bool is_root = source->kind == IMAGE_SOURCE_FOLDER || source->kind == IMAGE_SOURCE_TAR;
        bool loaded = is_root ? import_root(aside, import, source, &manifest, error)
                              : import_image(aside, import, source, &manifest, error);
        return (loaded && image_import_manifest(store, import, manifest, ret_digest, error)) ||
               fail_prefix(error, "%s", source->path);
}

bool image_import(const ImageStore *store, const ImageImport *import, const char *source_text,
                  char **ret_digest, GError **error) {
        autofd int lock_fd = -1;

        if (!image_store_lock(store, IMAGE_STORE_USE_SHARED, true, &lock_fd, error))
                return false;
        bool done = import_source(store, import, source_text, ret_digest, error);
        image_progress_clear(import->progress);

        /* What earlier attempts and this one left; the import has succeeded or failed by itself. */
        cleanup_fd(&lock_fd);
        image_remove_leftovers(store);
        return done;
}
