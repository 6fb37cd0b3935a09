/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading configurations. */

#include "image/config.h"

#include "base/error.h"
#include "image/architecture.h"
#include "image/blob.h"
#include "image/document.h"
#include "image/reference.h"

void image_config_free(ImageConfig *config) {
        if (!config)
                return;
        g_ptr_array_unref(config->memory);
        g_free(config);
}

static ImageConfig *config_new(void) {
        ImageConfig *config = g_new0(ImageConfig, 1);

        config->memory = g_ptr_array_new_with_free_func((GDestroyNotify) g_strfreev);
        return config;
}

static const char *const *keep_list(ImageConfig *config, char **list) {
        g_ptr_array_add(config->memory, list);
        return (const char *const *) list;
}

static const char *keep(ImageConfig *config, const char *text) {
        char **list = g_new0(char *, 2);

        list[0] = g_strdup(text ? text : "");
        g_ptr_array_add(config->memory, list);
        return list[0];
}

/* Layers that occur twice (many images have the empty one several times) would make overlay refuse the mount. What a
 * layer says is all said again by its last occurrence, so that the others add nothing. */
static bool take_layers(ImageConfig *config, JsonObject *document, const ImageManifest *manifest,
                        GError **error) {
        g_auto(GStrv) diff_ids =
                image_document_strings(image_document_object(document, "rootfs"), "diff_ids");
        guint count = g_strv_length(diff_ids), kept = 0;

        if (!image_document_object(document, "rootfs"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "This is not a container image, but some other artifact");
        if (count != manifest->layers->len)
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "The configuration speaks of %u layers, the manifest has %u", count,
                            manifest->layers->len);

        char **layers = g_new0(char *, count + 1), **blobs = g_new0(char *, count + 1);
        config->fields.layers = keep_list(config, layers);
        config->fields.blobs = keep_list(config, blobs);
        for (guint i = 0; i < count; i++) {
                if (!image_reference_is_digest(diff_ids[i]))
                        return fail(error, WOLFFIA_ERROR_SYNTAX,
                                    "The configuration has no sha256 digest of layer %u", i + 1);
                bool last = true;
                for (guint j = i + 1; j < count && last; j++)
                        last = !g_str_equal(diff_ids[i], diff_ids[j]);
                if (!last)
                        continue;
                layers[kept] = g_strdup(diff_ids[i]);
                blobs[kept++] = g_strdup(manifest->layers->pdata[i]);
        }
        return true;
}

static bool check_platform(JsonObject *document, const char *architecture, GError **error) {
        const char *found = image_document_string(document, "architecture"),
                   *os = image_document_string(document, "os");

        if (os && *os && !g_str_equal(os, "linux"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "The image is for %s, not for Linux", os);
        if (found && *found && !image_architecture_runs(architecture, found))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "The image is for %s, and this machine is %s",
                            found, architecture);
        return true;
}

/* {"Test": ["CMD-SHELL", "…"], "Interval": nanoseconds, …} of Docker's format; the OCI's has no such thing, and its builders
 * leave it out. */
static const char *const *take_health(ImageConfig *config, JsonObject *settings) {
        static const struct {
                const char *member, *option;
        } times[] = {{"Interval", "interval"}, {"Timeout", "timeout"}, {"StartPeriod", "start-period"}};
        JsonObject *health = image_document_object(settings, "Healthcheck");
        g_auto(GStrv) words = image_document_strings(health, "Test");
        GPtrArray *options = g_ptr_array_new();

        if (words[0]) {
                g_autoptr(JsonBuilder) builder = json_builder_new();
                json_builder_begin_array(builder);
                for (char **word = words; *word; word++)
                        json_builder_add_string_value(builder, *word);
                json_builder_end_array(builder);
                g_autoptr(JsonNode) node = json_builder_get_root(builder);
                g_autofree char *text = json_to_string(node, FALSE);
                g_ptr_array_add(options, g_strconcat("--health-cmd=", text, NULL));
        }
        for (size_t i = 0; words[0] && i < G_N_ELEMENTS(times); i++) {
                gint64 value = image_document_integer(health, times[i].member) / 1000;
                if (value > 0)
                        g_ptr_array_add(options, g_strdup_printf("--health-%s=%" G_GINT64_FORMAT "us",
                                                                 times[i].option, value));
        }
        gint64 retries = image_document_integer(health, "Retries");
        if (words[0] && retries > 0)
                g_ptr_array_add(options,
                                g_strdup_printf("--health-retries=%" G_GINT64_FORMAT, MIN(retries, 1000)));
        g_ptr_array_add(options, NULL);
        return keep_list(config, (char **) g_ptr_array_free(options, FALSE));
}

static void take_settings(ImageConfig *config, JsonObject *document) {
        JsonObject *settings = image_document_object(document, "config");
        ImageRecord *fields = &config->fields;

        fields->architecture = keep(config, image_document_string(document, "architecture"));
        fields->created = keep(config, image_document_string(document, "created"));
        fields->entrypoint = keep_list(config, image_document_strings(settings, "Entrypoint"));
        fields->command = keep_list(config, image_document_strings(settings, "Cmd"));
        fields->environment = keep_list(config, image_document_strings(settings, "Env"));
        fields->volumes = keep_list(config, image_document_names(settings, "Volumes"));
        fields->ports = keep_list(config, image_document_names(settings, "ExposedPorts"));
        fields->labels = keep_list(config, image_document_pairs(settings, "Labels"));
        fields->user = keep(config, image_document_string(settings, "User"));
        fields->working_directory = keep(config, image_document_string(settings, "WorkingDir"));
        fields->health = take_health(config, settings);
        fields->stop_signal = keep(config, image_document_string(settings, "StopSignal"));
}

bool image_config_parse(const char *text, size_t size, const ImageManifest *manifest,
                        const char *architecture, ImageConfig **ret_config, GError **error) {
        g_autoptr(ImageConfig) config = config_new();
        g_autoptr(JsonNode) root = NULL;

        if (!image_document_parse(text, size, &root, error))
                return fail_prefix(error, "The image's configuration");
        JsonObject *document = JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;

        config->fields.digest = keep(config, manifest->config);
        config->fields.manifest = keep(config, manifest->digest);
        if (!take_layers(config, document, manifest, error) ||
            !check_platform(document, architecture, error))
                return false;
        take_settings(config, document);
        *ret_config = g_steal_pointer(&config);
        return true;
}

bool image_config_load(const ImageStore *store, const ImageManifest *manifest, const char *architecture,
                       ImageConfig **ret_config, GError **error) {
        g_autofree char *text = NULL;
        size_t size;

        return image_blob_load(store, manifest->config, &text, &size, error) &&
               image_config_parse(text, size, manifest, architecture, ret_config, error);
}
