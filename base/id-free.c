/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/id-free.h"

#include "base/file.h"

#include <fcntl.h>

enum { FIRST = 100000 };

bool id_free_parse_line(const char *line, char **ret_name, IdRange *ret_range) {
        g_auto(GStrv) fields = g_strsplit(line, ":", -1);
        guint64 start, count;

        if (g_strv_length(fields) != 3 ||
            !g_ascii_string_to_unsigned(fields[1], 10, 0, G_MAXUINT32 - 1, &start, NULL) ||
            !g_ascii_string_to_unsigned(g_strstrip(fields[2]), 10, 1, G_MAXUINT32 - 1, &count, NULL))
                return false;
        *ret_name = g_strdup(fields[0]);
        *ret_range = (IdRange){(guint32) start, (guint32) count};
        return true;
}

static void add_all(const char *text, GArray *taken) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (char **line = lines; *line; line++) {
                g_autofree char *name = NULL;
                IdRange range;
                if (id_free_parse_line(*line, &name, &range))
                        g_array_append_val(taken, range);
        }
}

static gint compare(gconstpointer a, gconstpointer b) {
        const IdRange *left = a, *right = b;

        return left->start < right->start ? -1 : left->start > right->start;
}

guint32 id_free_find(const char *users, const char *groups, guint32 count) {
        g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(IdRange));
        guint64 start = FIRST;

        add_all(users, taken);
        add_all(groups, taken);
        g_array_sort(taken, compare);
        for (guint i = 0; i < taken->len; i++) {
                IdRange range = g_array_index(taken, IdRange, i);
                if (range.start < start + count)
                        start = MAX(start, (guint64) range.start + range.count);
        }
        return (guint32) MIN(start, (guint64) G_MAXUINT32 - count);
}

char *id_free_advise(const char *user_name, IdKinds kinds, guint32 count) {
        static const char *const options[] = {"--add-subuids", "--add-subgids"};
        g_autofree char *users = NULL, *groups = NULL;
        g_autoptr(GString) advice = g_string_new("'sudo usermod");

        /* A file that is not there has no lines. */
        (void) file_read(AT_FDCWD, "/etc/subuid", 0, &users, NULL, NULL);
        (void) file_read(AT_FDCWD, "/etc/subgid", 0, &groups, NULL, NULL);
        guint32 first = id_free_find(users ? users : "", groups ? groups : "", count);
        for (IdKind kind = ID_KIND_USER; kind <= ID_KIND_GROUP; kind++)
                if (kinds & (1U << kind))
                        g_string_append_printf(advice, " %s %u-%u", options[kind], first, first + count - 1);
        g_string_append_printf(advice, " %s'", user_name);
        return g_strdup(advice->str);
}
