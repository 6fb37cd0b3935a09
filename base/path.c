/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Path arithmetic on text. Whoever walks a path inside an image uses openat2() instead
 * (runner/beneath.c). */

#include "base/path.h"

#include <glib.h>
#include <string.h>

char *path_normalise(const char *path) {
        bool absolute = path[0] == '/';
        g_auto(GStrv) parts = g_strsplit(path, "/", -1);
        g_autoptr(GPtrArray) kept = g_ptr_array_new();

        for (char **part = parts; *part; part++) {
                if (**part == '\0' || g_str_equal(*part, "."))
                        continue;
                if (!g_str_equal(*part, "..")) {
                        g_ptr_array_add(kept, *part);
                        continue;
                }
                if (kept->len > 0 && !g_str_equal(kept->pdata[kept->len - 1], ".."))
                        g_ptr_array_set_size(kept, (int) kept->len - 1);
                else if (!absolute)
                        g_ptr_array_add(kept, *part);
        }

        GString *text = g_string_new(absolute ? "/" : "");
        for (guint i = 0; i < kept->len; i++) {
                if (i > 0)
                        g_string_append_c(text, '/');
                g_string_append(text, kept->pdata[i]);
        }
        if (text->len == 0)
                g_string_append_c(text, '.');
        return g_string_free(text, FALSE);
}

char *path_absolute(const char *folder, const char *path) {
        if (path[0] == '/')
                return path_normalise(path);
        g_autofree char *joined = g_strdup_printf("%s/%s", folder, path);
        return path_normalise(joined);
}

bool path_is_component(const char *name) {
        if (name[0] == '\0' || g_str_equal(name, ".") || g_str_equal(name, ".."))
                return false;
        for (const char *c = name; *c; c++)
                if (*c == '/' || g_ascii_iscntrl(*c))
                        return false;
        return true;
}
