/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia images: what is in the store. */

#include "base/error.h"
#include "cli/json.h"
#include "cli/table.h"
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

static void add_line(Table *table, const ImageStore *store, const ImageListed *image) {
        g_autofree char *path = image_store_record_path(image->digest);
        g_autofree char *digits = g_strndup(image->digest + strlen("sha256:"), DIGEST_SHOWN);
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        table_add(table, image->name ? image->name : "<none>", image->name ? TABLE_PLAIN : TABLE_FAINT);
        table_add(table, digits, TABLE_PLAIN);
        if (!image_record_load(store->fd, path, &record, &error)) {
                table_add(table, "cannot be read", TABLE_BAD);
                table_add(table, error->message, TABLE_BAD);
                return;
        }
        g_autofree char *age = table_print_age(import_time(store, image->digest) * G_USEC_PER_SEC);
        g_autofree char *size = g_format_size(image_list_size(store, record));
        table_add(table, age, TABLE_PLAIN);
        table_add(table, size, TABLE_PLAIN);
}

/* A table for each store; the user's own, which comes first, needs no heading. */
static void print_table(const Shelf *shelf, bool is_own) {
        static const TableColumn columns[] = {
                {"NAME", false, true}, {"ID", false, false}, {"ADDED", false, false}, {"SIZE", false, true}};
        g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

        if (!is_own)
                printf("\nIn %s, which is read only:\n", shelf->store->path);
        for (guint i = 0; i < shelf->images->len; i++)
                add_line(table, shelf->store, shelf->images->pdata[i]);
        table_show(table);
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

/* Each a word that `wolffia rmi` takes. */
static void print_names(const GPtrArray *shelves) {
        for (guint i = 0; i < shelves->len; i++) {
                const Shelf *shelf = shelves->pdata[i];
                for (guint j = 0; j < shelf->images->len; j++) {
                        const ImageListed *image = shelf->images->pdata[j];
                        puts(image->name ? image->name : image->digest);
                }
        }
}

/* TEMPLATE may be NULL. */
static bool print_json(const GPtrArray *shelves, const char *template, GError **error) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < shelves->len; i++)
                add_images(builder, shelves->pdata[i]);
        json_builder_end_array(builder);
        return json_show_as(builder, template, error);
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
        gboolean json = FALSE, quiet = FALSE;
        g_autofree char *template = NULL;
        const GOptionEntry entries[] = {
                {"format", 0, 0, G_OPTION_ARG_STRING, &template, "A line for each, by this template",
                 "TEMPLATE"},
                {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print all that is known of them, as JSON", NULL},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Print names only, digests where there is none",
                 NULL},
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
        if (json || template)
                return print_json(shelves, json ? NULL : template, &error) ? VERB_SUCCESS : verb_fail(error);
        if (quiet)
                print_names(shelves);
        else
                for (guint i = 0; i < shelves->len; i++)
                        print_table(shelves->pdata[i], i == 0);
        return VERB_SUCCESS;
}
