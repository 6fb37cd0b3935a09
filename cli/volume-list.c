/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia volume list, inspect: what is there. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/user-namespace.h"
#include "cli/volume.h"
#include "volume/use.h"

#include <fcntl.h>
#include <json-glib/json-glib.h>
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

static char *join(const GPtrArray *words) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < words->len; i++)
                g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (const char *) words->pdata[i]);
        return g_string_free(text, FALSE);
}

static void print_table(const VolumeStore *store, const GPtrArray *volumes) {
        int width = (int) strlen("NAME");

        for (guint i = 0; i < volumes->len; i++)
                width = MAX(width, (int) strlen(((const VolumeRecord *) volumes->pdata[i])->name));
        printf("%-*s  %-6s  %-5s  %s\n", width, "NAME", "TYPE", "USED", "CONTAINERS");
        for (guint i = 0; i < volumes->len; i++) {
                const VolumeRecord *volume = volumes->pdata[i];
                g_autoptr(GPtrArray) users = volume_use_find(store, volume->name);
                g_autofree char *names = join(users);
                printf("%-*s  %-6s  %-5s  %s\n", width, volume->name, source_word(volume),
                       volume->is_fresh ? "never" : "yes", names);
        }
}

static void add_string(JsonBuilder *builder, const char *name, const char *text) {
        json_builder_set_member_name(builder, name);
        json_builder_add_string_value(builder, text ? text : "");
}

static void add_list(JsonBuilder *builder, const char *name, const GPtrArray *list) {
        json_builder_set_member_name(builder, name);
        json_builder_begin_array(builder);
        for (guint i = 0; i < list->len; i++)
                json_builder_add_string_value(builder, list->pdata[i]);
        json_builder_end_array(builder);
}

static void add_id(JsonBuilder *builder, const char *name, bool has, guint32 id) {
        if (!has)
                return;
        json_builder_set_member_name(builder, name);
        json_builder_add_int_value(builder, id);
}

static void add_volume(JsonBuilder *builder, const VolumeStore *store, const VolumeRecord *volume) {
        g_autofree char *data = volume_record_data_path(volume);
        g_autoptr(GPtrArray) users = volume_use_find(store, volume->name);
        struct stat status;

        json_builder_begin_object(builder);
        add_string(builder, "name", volume->name);
        add_string(builder, "type", source_word(volume));
        if (volume->source != VOLUME_SOURCE_TMPFS)
                add_string(builder, "path", data);
        add_string(builder, "options", volume->options);
        add_string(builder, "image", volume->image);
        json_builder_set_member_name(builder, "copy");
        json_builder_add_boolean_value(builder, !volume->no_copy);
        json_builder_set_member_name(builder, "used");
        json_builder_add_boolean_value(builder, !volume->is_fresh);
        add_id(builder, "uid", volume->has_uid, volume->uid);
        add_id(builder, "gid", volume->has_gid, volume->gid);
        if (stat(volume->path, &status) == 0) {
                json_builder_set_member_name(builder, "changed");
                json_builder_add_int_value(builder, status.st_mtime);
        }
        add_list(builder, "labels", volume->labels);
        add_list(builder, "containers", users);
        json_builder_end_object(builder);
}

static void print_json(const VolumeStore *store, const GPtrArray *volumes) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (guint i = 0; i < volumes->len; i++)
                add_volume(builder, store, volumes->pdata[i]);
        json_builder_end_array(builder);
        g_autoptr(JsonNode) root = json_builder_get_root(builder);
        g_autofree char *text = json_to_string(root, TRUE);
        puts(text);
}

int volume_list(const Verb *verb, int argc, char **argv) {
        gboolean json = FALSE, quiet = FALSE;
        const GOptionEntry entries[] = {
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
        if (json)
                print_json(store, volumes);
        else if (!quiet)
                print_table(store, volumes);
        for (guint i = 0; quiet && !json && i < volumes->len; i++)
                puts(((const VolumeRecord *) volumes->pdata[i])->name);
        return VERB_SUCCESS;
}

int volume_inspect(const Verb *verb, int argc, char **argv) {
        const GOptionEntry entries[] = {{NULL}};
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
        print_json(store, volumes);
        return VERB_SUCCESS;
}
