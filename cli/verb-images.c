/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia images: what is in the store. */

#include "base/error.h"
#include "cli/json.h"
#include "cli/verb.h"
#include "image/list.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGEST_SHOWN = 12 };

typedef struct Shelf {
        ImageStore *store;
        GPtrArray *images; /* ImageListed */
} Shelf;

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

static int find_width(const GPtrArray *images) {
        int width = (int) strlen("NAME");

        for (guint i = 0; i < images->len; i++) {
                const ImageListed *image = images->pdata[i];
                width = MAX(width, (int) strlen(image->name ? image->name : "<none>"));
        }
        return width;
}

/* A table for each store; the user's own, which comes first, needs no heading. */
static void print_table(const Shelf *shelf, bool is_own) {
        int width = find_width(shelf->images);

        if (!is_own)
                printf("\nIn %s, which is read only:\n", shelf->store->path);
        printf("%-*s  %-*s  %-14s  %s\n", width, "NAME", DIGEST_SHOWN, "ID", "ADDED", "SIZE");
        for (guint i = 0; i < shelf->images->len; i++)
                print_line(shelf->store, shelf->images->pdata[i], width);
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

static void add_images(JsonBuilder *builder, const Shelf *shelf) {
        const ImageStore *store = shelf->store;

        for (guint i = 0; i < shelf->images->len; i++) {
                const ImageListed *image = shelf->images->pdata[i];
                g_autofree char *path = image_store_record_path(image->digest);
                g_autoptr(ImageRecord) record = NULL;
                g_autoptr(GError) error = NULL;

                json_builder_begin_object(builder);
                json_add_string(builder, "name", image->name ? image->name : "");
                json_add_string(builder, "digest", image->digest);
                json_add_string(builder, "store", store->path);
                if (image_record_load(store->fd, path, &record, &error))
                        add_record(builder, store, record);
                else
                        json_add_string(builder, "error", error->message);
                json_builder_end_object(builder);
        }
}

static void print(const GPtrArray *shelves, bool json) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < shelves->len; i++)
                if (json)
                        add_images(builder, shelves->pdata[i]);
                else
                        print_table(shelves->pdata[i], i == 0);
        json_builder_end_array(builder);
        if (json)
                json_show(builder);
}

/* ---- which stores there are ---- */

static void free_shelf(void *data) {
        Shelf *shelf = data;

        image_store_free(shelf->store);
        g_ptr_array_unref(shelf->images);
        g_free(shelf);
}

static Shelf *add_shelf(GPtrArray *shelves, ImageStore *store) {
        Shelf *shelf = g_new(Shelf, 1);

        *shelf = (Shelf){store, image_list(store)};
        g_ptr_array_add(shelves, shelf);
        return shelf;
}

/* What was unpacked from a read-only store has a record here, which is no image of its own. */
static void drop_kept(const Shelf *own, const Shelf *other) {
        for (guint i = own->images->len; i > 0; i--) {
                const ImageListed *image = own->images->pdata[i - 1];
                g_autofree char *record = image_store_record_path(image->digest);
                if (!image->name && faccessat(other->store->fd, record, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                        g_ptr_array_remove_index(own->images, i - 1);
        }
}

/* Takes STORE. */
static GPtrArray *find_shelves(ImageStore *store) {
        GPtrArray *shelves = g_ptr_array_new_with_free_func(free_shelf);
        const Shelf *own = add_shelf(shelves, store);

        for (char **path = store->more; *path; path++) {
                ImageStore *other = image_store_open_more(*path);
                if (other)
                        drop_kept(own, add_shelf(shelves, other));
        }
        return shelves;
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

        g_autoptr(GPtrArray) shelves = find_shelves(g_steal_pointer(&store));
        print(shelves, json);
        return VERB_SUCCESS;
}
