/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An OCI layout starts with index.json, which may name several images, or images for several architectures, or other
 * indexes. `docker save` has a list in manifest.json, without digests: there, what the files are called is believed, and
 * their digests are computed. */

#include "image/manifest.h"

#include "base/error.h"
#include "image/architecture.h"
#include "image/blob.h"
#include "image/document.h"
#include "image/reference.h"

#include <string.h>

#define ANNOTATION_NAME       "org.opencontainers.image.ref.name"
#define ANNOTATION_CONTAINERD "io.containerd.image.name"
#define ANNOTATION_ATTESTED   "vnd.docker.reference.type"

enum { INDEX_DEPTH_MAX = 4, LAYERS_MAX = 500 /* of overlay, fs/overlayfs */ };

void image_manifest_free(ImageManifest *manifest) {
        if (!manifest)
                return;
        g_free(manifest->digest);
        g_free(manifest->config);
        if (manifest->layers)
                g_ptr_array_unref(manifest->layers);
        g_free(manifest);
}

static ImageManifest *manifest_new(const char *digest) {
        ImageManifest *manifest = g_new0(ImageManifest, 1);

        manifest->digest = g_strdup(digest);
        manifest->layers = g_ptr_array_new_with_free_func(g_free);
        return manifest;
}

static bool load_document(ImageMembers *members, const char *name, JsonNode **ret_root, GError **error) {
        g_autofree char *text = NULL;
        size_t size;

        return image_members_read(members, name, &text, &size, error) &&
               (image_document_parse(text, size, ret_root, error) || fail_prefix(error, "'%s'", name));
}

/* A document that is a blob; its digest is verified. */
static bool load_blob(ImageMembers *members, const ImageStore *store, const char *digest,
                      ImageProgress *progress, JsonNode **ret_root, GError **error) {
        g_autofree char *text = NULL;
        size_t size;

        return image_members_take_blob(members, digest, progress, error) &&
               image_blob_load(store, digest, &text, &size, error) &&
               (image_document_parse(text, size, ret_root, error) || fail_prefix(error, "%s", digest));
}

static JsonObject *object_of(JsonNode *root) {
        return JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
}

static char *full_name(const char *name) {
        g_autoptr(ImageReference) reference = NULL;

        return image_reference_parse(name, &reference, NULL)
                       ? image_reference_print(reference, IMAGE_REFERENCE_DEFAULT_REGISTRY)
                       : NULL;
}

/* Who wrote the archive may have written "docker.io/library/nginx:1" for what the user calls "nginx:1". */
static bool is_same_name(const char *stored, const char *wanted) {
        if (!stored)
                return false;
        if (g_str_equal(stored, wanted))
                return true;
        g_autofree char *full_stored = full_name(stored), *full_wanted = full_name(wanted);
        return full_stored && g_strcmp0(full_stored, full_wanted) == 0;
}

static bool is_named(JsonObject *descriptor, const char *name) {
        JsonObject *annotations = image_document_object(descriptor, "annotations");

        return is_same_name(image_document_string(annotations, ANNOTATION_NAME), name) ||
               is_same_name(image_document_string(annotations, ANNOTATION_CONTAINERD), name);
}

/* 2 for what was asked for, 1 for what runs as well or does not say, 0 for anything else. */
static int rate(JsonObject *descriptor, const ImageChoice *choice) {
        JsonObject *platform = image_document_object(descriptor, "platform");
        const char *os = image_document_string(platform, "os"),
                   *architecture = image_document_string(platform, "architecture");

        /* Signed statements about an image lie beside it. */
        if (image_document_string(image_document_object(descriptor, "annotations"), ANNOTATION_ATTESTED))
                return 0;
        if (!platform || !architecture)
                return 1;
        if (os && !g_str_equal(os, "linux"))
                return 0;
        if (g_str_equal(architecture, choice->architecture))
                return 2;
        return image_architecture_runs(choice->architecture, architecture) ? 1 : 0;
}

static char *list_platforms(JsonArray *manifests) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < image_document_length(manifests); i++) {
                JsonObject *platform =
                        image_document_object(image_document_object_at(manifests, i), "platform");
                const char *architecture = image_document_string(platform, "architecture");
                if (architecture && !g_str_equal(architecture, "unknown"))
                        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", architecture);
        }
        return g_string_free(text, FALSE);
}

static char *list_names(JsonArray *manifests) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < image_document_length(manifests); i++) {
                JsonObject *annotations =
                        image_document_object(image_document_object_at(manifests, i), "annotations");
                const char *name = image_document_string(annotations, ANNOTATION_CONTAINERD);
                if (!name)
                        name = image_document_string(annotations, ANNOTATION_NAME);
                if (name)
                        g_string_append_printf(text, "%s'%s'", text->len > 0 ? ", " : "", name);
        }
        return g_string_free(text, FALSE);
}

/* Chooses one of an index's manifests. */
static bool choose(JsonArray *manifests, const ImageChoice *choice, const char *name,
                   JsonObject **ret_descriptor, GError **error) {
        JsonObject *best = NULL;
        int best_rate = 0, equals = 0;

        for (guint i = 0; i < image_document_length(manifests); i++) {
                JsonObject *descriptor = image_document_object_at(manifests, i);
                if (!descriptor || (name && !is_named(descriptor, name)))
                        continue;
                int rated = rate(descriptor, choice);
                bool same = best && g_strcmp0(image_document_string(best, "digest"),
                                              image_document_string(descriptor, "digest")) == 0;
                if (rated > best_rate) {
                        best = descriptor;
                        best_rate = rated;
                        equals = 1;
                } else if (rated > 0 && rated == best_rate && !same) {
                        equals++;
                }
        }

        g_autofree char *platforms = list_platforms(manifests), *names = list_names(manifests);
        if (!best && name)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "No image '%s' in there; there is %s", name,
                            *names ? names : "none with a name");
        if (!best)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "The image is not made for this machine (%s), but for %s", choice->architecture,
                            *platforms ? platforms : "none that is named");
        /* Variants of one architecture (arm v6, v7) have no names; the first is the builder's choice. */
        if (equals > 1 && *names && !name)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "There are several images in there; append ':NAME' to choose one of %s", names);
        *ret_descriptor = best;
        return true;
}

static bool take_layers(ImageMembers *members, JsonArray *layers, ImageManifest *manifest,
                        ImageProgress *progress, GError **error) {
        if (image_document_length(layers) > LAYERS_MAX)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "The image has %u layers, and the kernel's overlay takes %d",
                            image_document_length(layers), LAYERS_MAX);

        for (guint i = 0; i < image_document_length(layers); i++) {
                JsonObject *descriptor = image_document_object_at(layers, i);
                const char *digest = image_document_string(descriptor, "digest");
                const char *type = image_document_string(descriptor, "mediaType");

                if (!digest || !image_reference_is_digest(digest))
                        return fail(error, WOLFFIA_ERROR_SYNTAX, "Layer %u has no sha256 digest", i + 1);
                if (type && g_str_has_suffix(type, "+encrypted"))
                        return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "Layer %u is encrypted", i + 1);
                if (!image_members_take_blob(members, digest, progress, error))
                        return fail_prefix(error, "Layer %u", i + 1);
                g_ptr_array_add(manifest->layers, g_strdup(digest));
        }
        return true;
}

static bool take_manifest(ImageMembers *members, const ImageStore *store, JsonObject *document,
                          const char *digest, ImageProgress *progress, ImageManifest **ret_manifest,
                          GError **error) {
        g_autoptr(ImageManifest) manifest = manifest_new(digest);
        const char *config = image_document_string(image_document_object(document, "config"), "digest");

        if (!config || !image_reference_is_digest(config))
                return fail(error, WOLFFIA_ERROR_SYNTAX, "The manifest %s names no configuration", digest);
        manifest->config = g_strdup(config);
        if (!image_members_take_blob(members, config, progress, error) ||
            !take_layers(members, image_document_array(document, "layers"), manifest, progress, error))
                return false;
        *ret_manifest = g_steal_pointer(&manifest);
        return true;
}

bool image_manifest_load_oci(ImageMembers *members, const ImageChoice *choice, ImageProgress *progress,
                             ImageManifest **ret_manifest, GError **error) {
        const ImageStore *store = image_members_store(members);
        const char *name = choice->name;
        g_autoptr(JsonNode) root = NULL;
        g_autofree char *digest = NULL;

        if (!load_document(members, "index.json", &root, error))
                return false;
        for (int depth = 0; depth < INDEX_DEPTH_MAX; depth++) {
                JsonArray *manifests = image_document_array(object_of(root), "manifests");
                JsonObject *descriptor = NULL;

                if (!manifests && digest)
                        return take_manifest(members, store, object_of(root), digest, progress, ret_manifest,
                                             error);
                if (!choose(manifests, choice, name, &descriptor, error))
                        return false;
                name = NULL;

                const char *next = image_document_string(descriptor, "digest");
                if (!next || !image_reference_is_digest(next))
                        return fail(error, WOLFFIA_ERROR_SYNTAX,
                                    "The index names a manifest without a sha256 digest");
                g_free(digest);
                digest = g_strdup(next);
                g_clear_pointer(&root, json_node_unref);
                if (!load_blob(members, store, digest, progress, &root, error))
                        return false;
        }
        return fail(error, WOLFFIA_ERROR_SYNTAX, "Indexes are nested more than %d levels deep",
                    INDEX_DEPTH_MAX);
}

static bool has_tag(JsonObject *image, const char *name) {
        g_auto(GStrv) tags = image_document_strings(image, "RepoTags");

        for (char **tag = tags; *tag; tag++)
                if (is_same_name(*tag, name))
                        return true;
        return false;
}

/* manifest.json is a list of images. */
static bool choose_docker(JsonArray *images, const char *name, JsonObject **ret_image, GError **error) {
        guint count = image_document_length(images);
        GString *names = g_string_new(NULL);

        *ret_image = NULL;
        for (guint i = 0; i < count; i++) {
                JsonObject *image = image_document_object_at(images, i);
                g_auto(GStrv) tags = image_document_strings(image, "RepoTags");
                g_autofree char *joined = g_strjoinv("', '", tags);

                if (image && (name ? has_tag(image, name) : count == 1))
                        *ret_image = image;
                if (*joined)
                        g_string_append_printf(names, "%s'%s'", names->len > 0 ? ", " : "", joined);
        }

        g_autofree char *shown = g_string_free(names, FALSE);
        if (*ret_image)
                return true;
        if (name)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "No image '%s' in there; there is %s", name,
                            *shown ? shown : "none with a name");
        if (count == 0)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "There is no image in there");
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "There are several images in there; append ':NAME' to choose one of %s", shown);
}

bool image_manifest_load_docker(ImageMembers *members, const ImageChoice *choice, ImageProgress *progress,
                                ImageManifest **ret_manifest, GError **error) {
        g_autoptr(ImageManifest) manifest = manifest_new("");
        g_autoptr(JsonNode) root = NULL;
        JsonObject *image;

        if (!load_document(members, "manifest.json", &root, error))
                return false;
        if (!choose_docker(JSON_NODE_HOLDS_ARRAY(root) ? json_node_get_array(root) : NULL, choice->name,
                           &image, error))
                return false;

        const char *config = image_document_string(image, "Config");
        g_auto(GStrv) layers = image_document_strings(image, "Layers");
        if (!config)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "'manifest.json' names no configuration");
        if (!image_members_take(members, config, NULL, progress, &manifest->config, error))
                return false;
        for (char **layer = layers; *layer; layer++) {
                char *digest;
                if (!image_members_take(members, *layer, NULL, progress, &digest, error))
                        return false;
                g_ptr_array_add(manifest->layers, digest);
        }
        *ret_manifest = g_steal_pointer(&manifest);
        return true;
}
