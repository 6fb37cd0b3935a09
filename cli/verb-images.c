/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia images: what is in the store. */

#include "base/error.h"
#include "cli/json.h"
#include "cli/verb.h"
#include "image/list.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { DIGEST_SHOWN = 12 };

/* When it came into the store. */
static gint64 import_time(const ImageStore *store, const char *digest) {
        g_autofree char *path = image_store_record_path(digest);
        struct stat status;

        return fstatat(store->fd, path, &status, 0) == 0 ? (gint64) status.st_mtime : 0;
}

static char *print_age(gint64 time) {
        gint64 seconds = g_get_real_time() / G_USEC_PER_SEC - time;
        static const struct {
                gint64 length;
                const char *name;
        } units[] = {{365 * 86400, "year"},
                     {30 * 86400, "month"},
                     {86400, "day"},
                     {3600, "hour"},
                     {60, "minute"}};

        for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
                gint64 count = seconds / units[i].length;
                if (count > 0)
                        return g_strdup_printf("%" G_GINT64_FORMAT " %s%s ago", count, units[i].name,
                                               count == 1 ? "" : "s");
        }
        return g_strdup("just now");
}

static void print_line(const ImageStore *store, const ImageListed *image, int width) {
        g_autofree char *path = image_store_record_path(image->digest);
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        printf("%-*s  %.*s  ", width, image->name ? image->name : "<none>", DIGEST_SHOWN,
               image->digest + strlen("sha256:"));
        if (!image_record_load(store->fd, path, &record, &error)) {
                printf("cannot be read: %s\n", error->message);
                return;
        }
        g_autofree char *age = print_age(import_time(store, image->digest));
        g_autofree char *size = g_format_size(image_list_size(store, record));
        printf("%-14s  %s\n", age, size);
}

static void print_table(const ImageStore *store, const GPtrArray *images) {
        int width = (int) strlen("NAME");

        for (guint i = 0; i < images->len; i++) {
                const ImageListed *image = images->pdata[i];
                width = MAX(width, (int) strlen(image->name ? image->name : "<none>"));
        }
        printf("%-*s  %-*s  %-14s  %s\n", width, "NAME", DIGEST_SHOWN, "ID", "ADDED", "SIZE");
        for (guint i = 0; i < images->len; i++)
                print_line(store, images->pdata[i], width);
}

static void add_record(JsonBuilder *builder, const ImageStore *store, const ImageRecord *record) {
        json_add_string(builder, "manifest", record->manifest);
        json_add_string(builder, "architecture", record->architecture);
        json_add_string(builder, "created", record->created);
        json_add_integer(builder, "added", import_time(store, record->digest));
        json_add_integer(builder, "size", (gint64) image_list_size(store, record));
        json_add_list(builder, "layers", record->layers);
        json_add_list(builder, "entrypoint", record->entrypoint);
        json_add_list(builder, "command", record->command);
        json_add_list(builder, "environment", record->environment);
        json_add_list(builder, "volumes", record->volumes);
        json_add_list(builder, "ports", record->ports);
        json_add_list(builder, "labels", record->labels);
        json_add_string(builder, "user", record->user);
        json_add_string(builder, "workingDirectory", record->working_directory);
        json_add_string(builder, "stopSignal", record->stop_signal);
}

static void print_json(const ImageStore *store, const GPtrArray *images) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < images->len; i++) {
                const ImageListed *image = images->pdata[i];
                g_autofree char *path = image_store_record_path(image->digest);
                g_autoptr(ImageRecord) record = NULL;
                g_autoptr(GError) error = NULL;

                json_builder_begin_object(builder);
                json_add_string(builder, "name", image->name ? image->name : "");
                json_add_string(builder, "digest", image->digest);
                if (image_record_load(store->fd, path, &record, &error))
                        add_record(builder, store, record);
                else
                        json_add_string(builder, "error", error->message);
                json_builder_end_object(builder);
        }
        json_builder_end_array(builder);

        json_show(builder);
}

int verb_images(const Verb *verb, int argc, char **argv) {
        gboolean json = FALSE;
        const GOptionEntry entries[] = {
                {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print all that is known of them, as JSON", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(ImageStore) store = NULL;
        int status;

        if (!verb_parse(verb, entries, NULL, false, argc, argv, &arguments, &status))
                return status;
        if (*arguments)
                return verb_misuse(verb, "it takes no arguments");
        if (!image_store_open(&store, &error))
                return verb_fail(error);

        g_autoptr(GPtrArray) images = image_list(store);
        if (json)
                print_json(store, images);
        else
                print_table(store, images);
        return VERB_SUCCESS;
}
