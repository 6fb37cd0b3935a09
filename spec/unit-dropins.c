/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Drop-ins.
 *
 * How it works: for a-b@i.container the folders are, the most specific first,
 *
 *         a-b@i.container.d   a-b@.container.d   a-@.container.d   a-.container.d   container.d
 *
 * each of them possibly in several places of the search path. A file NAME.conf is taken from the most
 * specific folder that has it, and among places of one folder from the first; an empty file, or a link to
 * /dev/null, takes its place and says nothing. The files so chosen apply in the order of their names,
 * whatever folder they come from. */

#include "spec/unit-dropins.h"

#include "base/cleanup.h"
#include "spec/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct UnitDropins {
        GHashTable *folders; /* name of the folder → GPtrArray of paths */
};

static void unref_array(void *array) {
        g_ptr_array_unref(array);
}

UnitDropins *unit_dropins_new(void) {
        UnitDropins *dropins = g_new0(UnitDropins, 1);

        dropins->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_array);
        return dropins;
}

void unit_dropins_free(UnitDropins *dropins) {
        if (!dropins)
                return;
        g_hash_table_unref(dropins->folders);
        g_free(dropins);
}

void unit_dropins_add(UnitDropins *dropins, const char *path) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        GPtrArray *paths = g_hash_table_lookup(dropins->folders, name);

        if (!paths) {
                paths = g_ptr_array_new_with_free_func(g_free);
                g_hash_table_insert(dropins->folders, g_strdup(name), paths);
        }
        g_ptr_array_add(paths, g_strdup(path));
}

/* Puts the .conf files of a folder into CHOSEN, where no more specific one of that name is. PROBLEMS may be NULL. */
static void choose_files(const char *folder, GTree *chosen, GPtrArray *problems) {
        autodir DIR *dir = opendir(folder);

        /* A folder that is not there any more has no drop-ins; it was a moment ago. */
        if (!dir && problems && errno != ENOENT)
                problem_add(problems, PROBLEM_WARNING, folder, 0, NULL,
                            "the folder cannot be read, so its drop-ins do not count: %s",
                            g_strerror(errno));
        if (!dir)
                return;
        for (struct dirent *entry; (entry = readdir(dir));)
                if (entry->d_name[0] != '.' && g_str_has_suffix(entry->d_name, ".conf") &&
                    !g_tree_lookup(chosen, entry->d_name))
                        g_tree_insert(chosen, g_strdup(entry->d_name),
                                      g_strdup_printf("%s/%s", folder, entry->d_name));
}

static void choose_folder(const UnitDropins *dropins, const char *name, GTree *chosen, GPtrArray *problems) {
        const GPtrArray *paths = g_hash_table_lookup(dropins->folders, name);

        for (guint i = 0; paths && i < paths->len; i++)
                choose_files(paths->pdata[i], chosen, problems);
}

/* All folders of the unit, from the most specific on. STEM is the name without ".container", EXTENSION is
 * that. */
static void choose_all(const UnitDropins *dropins, const char *name, GTree *chosen, GPtrArray *problems) {
        const char *extension = strrchr(name, '.');
        g_autoptr(GString) folder = g_string_new(name);

        g_string_append(folder, ".d");
        choose_folder(dropins, folder->str, chosen, problems);
        if (!extension)
                return;

        const char *at = memchr(name, '@', (size_t) (extension - name));
        size_t stem = (size_t) ((at ? at : extension) - name);
        if (at && at[1] != '.') {
                g_string_printf(folder, "%.*s@%s.d", (int) stem, name, extension);
                choose_folder(dropins, folder->str, chosen, problems);
        }
        for (size_t length = stem; length > 0; length--) {
                if (name[length - 1] != '-' || length == stem)
                        continue;
                if (at) {
                        g_string_printf(folder, "%.*s@%s.d", (int) length, name, extension);
                        choose_folder(dropins, folder->str, chosen, problems);
                }
                g_string_printf(folder, "%.*s%s.d", (int) length, name, extension);
                choose_folder(dropins, folder->str, chosen, problems);
        }
        g_string_printf(folder, "%s.d", extension + 1);
        choose_folder(dropins, folder->str, chosen, problems);
}

static int compare_names(const void *a, const void *b, void *data) {
        return strcmp(a, b);
}

static gboolean append_path(void *name, void *path, void *list) {
        g_ptr_array_add(list, g_strdup(path));
        return FALSE;
}

static GPtrArray *find(const UnitDropins *dropins, const char *name, GPtrArray *problems) {
        GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

        if (g_hash_table_size(dropins->folders) == 0)
                return paths;
        GTree *chosen = g_tree_new_full(compare_names, NULL, g_free, g_free);
        choose_all(dropins, name, chosen, problems);
        g_tree_foreach(chosen, append_path, paths);
        g_tree_unref(chosen);
        return paths;
}

GPtrArray *unit_dropins_find(const UnitDropins *dropins, const char *name) {
        return find(dropins, name, NULL);
}

void unit_dropins_load(const UnitDropins *dropins, const char *name, UnitReader *reader, UnitFile *unit,
                       GPtrArray *problems) {
        if (g_hash_table_size(dropins->folders) == 0)
                return;

        g_autoptr(GPtrArray) paths = find(dropins, name, problems);
        for (guint i = 0; i < paths->len; i++)
                (void) unit_read(reader, AT_FDCWD, paths->pdata[i], paths->pdata[i], unit, problems);
}
