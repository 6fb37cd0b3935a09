/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files are read as the generator finds them; values that systemd expands are compared as they stand. */

#include "cli/volume.h"
#include "generator/search.h"
#include "spec/unit-read.h"
#include "volume/use.h"

#include <string.h>

static bool is_same(const char *left, const char *right) {
        const char *const prefix = "systemd-";

        left += g_str_has_prefix(left, prefix) ? strlen(prefix) : 0;
        right += g_str_has_prefix(right, prefix) ? strlen(prefix) : 0;
        return g_str_equal(left, right);
}

/* NAME:/x, NAME.volume:/x, or type=volume,source=NAME,… */
static bool names_volume(const char *value, const char *name) {
        const char *source = strstr(value, "source=");
        size_t skip = strlen("source=");

        if (!source) {
                source = strstr(value, "src=");
                skip = strlen("src=");
        }
        if (g_str_has_prefix(value, "type=") && !source)
                return false;
        const char *start = source ? source + skip : value;
        g_autofree char *word = g_strndup(start, strcspn(start, ",:"));
        if (g_str_has_suffix(word, ".volume"))
                word[strlen(word) - strlen(".volume")] = '\0';
        return is_same(word, name);
}

static bool file_names(const UnitFile *unit, const Source *source, const char *name) {
        static const char *const keys[] = {"Volume", "Mount"};
        const char *section = source_section(source->kind);

        if (source->kind == SOURCE_VOLUME) {
                const char *own = unit_file_value(unit, section, "VolumeName");
                g_autofree char *stem = g_strndup(source->name, strlen(source->name) - strlen(".volume"));
                return is_same(own ? own : stem, name);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
                g_autoptr(GPtrArray) all = unit_file_all(unit, section, keys[i]);
                for (guint j = 0; j < all->len; j++)
                        if (names_volume(((const UnitAssignment *) all->pdata[j])->value, name))
                                return true;
        }
        return false;
}

static void add_files(GPtrArray *needs, const char *name) {
        g_autoptr(GArray) roots = search_roots();
        g_autoptr(Search) search = search_run(roots);
        g_autoptr(UnitReader) reader = unit_reader_new();

        for (guint i = 0; i < search->sources->len; i++) {
                const Source *source = search_source(search, i);
                g_autoptr(UnitFile) unit = unit_file_new();
                g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
                g_autofree char *path = search_path(search, source);

                if (unit_read(reader, -1, path, path, unit, problems) == UNIT_READ_DONE &&
                    file_names(unit, source, name))
                        g_ptr_array_add(needs, g_steal_pointer(&path));
        }
}

GPtrArray *volume_find_needs(const VolumeStore *store, const char *name) {
        g_autoptr(GPtrArray) users = volume_use_find(store, name);
        GPtrArray *needs = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0; i < users->len; i++)
                g_ptr_array_add(needs,
                                g_strdup_printf("the running container %s", (const char *) users->pdata[i]));
        add_files(needs, name);
        return needs;
}
