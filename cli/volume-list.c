/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia volume list, inspect: what is there. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/user-namespace.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/volume.h"
#include "volume/use.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static const char *source_word(const VolumeRecord *volume) {
        switch (volume->source) {
        case VOLUME_SOURCE_FOLDER:
                return "folder";
        case VOLUME_SOURCE_BIND:
                return "bind";
        case VOLUME_SOURCE_TMPFS:
                return "tmpfs";
        }
        g_assert_not_reached();
}

static char *join(GPtrArray *words) {
        g_ptr_array_add(words, NULL);
        return g_strjoinv(", ", (char **) words->pdata);
}

static void print_table(const VolumeStore *store, const GPtrArray *volumes) {
        static const TableColumn columns[] = {{"NAME", false, true},
                                              {"TYPE", false, false},
                                              {"USED", false, false},
                                              {"CONTAINERS", false, true}};
        g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

        for (guint i = 0; i < volumes->len; i++) {
                const VolumeRecord *volume = volumes->pdata[i];
                g_autoptr(GPtrArray) users = volume_use_find(store, volume->name);
                g_autofree char *names = join(users);
                table_add(table, volume->name, TABLE_PLAIN);
                table_add(table, source_word(volume), TABLE_PLAIN);
                table_add(table, volume->is_fresh ? "never" : "yes",
                          volume->is_fresh ? TABLE_FAINT : TABLE_PLAIN);
                table_add(table, names, TABLE_PLAIN);
        }
        table_show(table);
}

static void add_id(JsonBuilder *builder, const char *name, bool has, guint32 id) {
        if (has)
                json_add_integer(builder, name, id);
}

static void add_volume(JsonBuilder *builder, const VolumeStore *store, const VolumeRecord *volume) {
        g_autofree char *data = volume_record_data_path(volume);
        g_autoptr(GPtrArray) users = volume_use_find(store, volume->name);
        struct stat status;

        json_builder_begin_object(builder);
        json_add_string(builder, "name", volume->name);
        json_add_string(builder, "type", source_word(volume));
        if (volume->source != VOLUME_SOURCE_TMPFS)
                json_add_string(builder, "path", data);
        json_add_string(builder, "options", volume->options);
        json_add_string(builder, "image", volume->image);
        json_add_boolean(builder, "copy", !volume->no_copy);
        json_add_boolean(builder, "used", !volume->is_fresh);
        add_id(builder, "uid", volume->has_uid, volume->uid);
        add_id(builder, "gid", volume->has_gid, volume->gid);
        if (stat(volume->path, &status) == 0)
                json_add_integer(builder, "changed", status.st_mtime);
        json_add_words(builder, "labels", volume->labels);
        json_add_words(builder, "containers", users);
        json_builder_end_object(builder);
}

/* TEMPLATE may be NULL. */
static bool print_json(const VolumeStore *store, const GPtrArray *volumes, const char *template,
                       GError **error) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < volumes->len; i++)
                add_volume(builder, store, volumes->pdata[i]);
        json_builder_end_array(builder);
        return json_show_as(builder, template, error);
}

int volume_list(const Verb *verb, int argc, char **argv) {
        gboolean json = FALSE, quiet = FALSE;
        g_autofree char *template = NULL;
        const GOptionEntry entries[] = {
                {"format", 0, 0, G_OPTION_ARG_STRING, &template, "A line for each, by this template",
                 "TEMPLATE"},
                {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print all that is known of them, as JSON", NULL},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Print names only", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(VolumeStore) store = NULL;
        int status;

        if (!verb_parse(verb, entries, NULL, false, argc, argv, &arguments, &status))
                return status;
        if (*arguments)
                return verb_misuse(verb, "it takes no arguments");
        if (!volume_store_open(&store, &error))
                return verb_fail(error);

        g_autoptr(GPtrArray) volumes = volume_store_list(store);
        if ((json || template) && !print_json(store, volumes, json ? NULL : template, &error))
                return verb_fail(error);
        if (json || template)
                return VERB_SUCCESS;
        if (!quiet)
                print_table(store, volumes);
        for (guint i = 0; quiet && i < volumes->len; i++)
                puts(((const VolumeRecord *) volumes->pdata[i])->name);
        return VERB_SUCCESS;
}

int volume_inspect(const Verb *verb, int argc, char **argv) {
        g_autofree char *template = NULL;
        const GOptionEntry entries[] = {
                {"format", 'f', 0, G_OPTION_ARG_STRING, &template, "A line for each, by this template",
                 "TEMPLATE"},
                {NULL},
        };
        g_autoptr(GPtrArray) volumes = g_ptr_array_new_with_free_func((GDestroyNotify) volume_record_free);
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(VolumeStore) store = NULL;
        int status;

        if (!verb_parse(verb, entries, NULL, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a volume is needed");
        if (!volume_store_open(&store, &error))
                return verb_fail(error);
        for (char **name = arguments; *name; name++) {
                VolumeRecord *volume;
                if (!volume_find(store, *name, &volume, &error))
                        return verb_fail(error);
                g_ptr_array_add(volumes, volume);
        }
        return print_json(store, volumes, template, &error) ? VERB_SUCCESS : verb_fail(error);
}
