/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The files are read here; whoever has a `subid:` line in nsswitch.conf is asked through libsubid, as
 * newuidmap does. That library brings PAM, audit and SELinux along, 1.5 ms of each start, so it is loaded
 * only then. */

#include "base/id-ranges.h"

#include "base/error.h"
#include "base/file.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <shadow/subid.h>
#include <stdlib.h>
#include <string.h>

char *id_ranges_user_name(uid_t uid) {
        const struct passwd *entry = getpwuid(uid);

        return entry ? g_strdup(entry->pw_name) : g_strdup_printf("%u", uid);
}

static int compare_ranges(const void *a, const void *b) {
        const IdRange *left = a, *right = b;

        return left->start < right->start ? -1 : left->start > right->start;
}

/* Lines may name the same ids twice, once by name and once by number; the kernel refuses a map with
 * overlaps. */
static void sort_ranges(GArray *ranges) {
        guint64 end = 0;
        guint kept = 0;

        g_array_sort(ranges, compare_ranges);
        for (guint i = 0; i < ranges->len; i++) {
                IdRange range = g_array_index(ranges, IdRange, i);
                guint64 range_end = (guint64) range.start + range.count;
                if (range_end <= end)
                        continue;
                if (range.start < end)
                        range = (IdRange){(guint32) end, (guint32) (range_end - end)};
                end = range_end;
                g_array_index(ranges, IdRange, kept++) = range;
        }
        g_array_set_size(ranges, kept);
}

static bool is_possible(guint64 start, guint64 count) {
        return count > 0 && count < G_MAXUINT32 && start <= G_MAXUINT32 - count;
}

static bool parse_number(const char *text, guint32 *ret_number) {
        guint64 number;

        if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32 - 1, &number, NULL))
                return false;
        *ret_number = (guint32) number;
        return true;
}

GArray *id_ranges_parse(const char *text, const char *user_name, uid_t uid) {
        GArray *ranges = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autofree char *digits = g_strdup_printf("%u", uid);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (char **line = lines; *line; line++) {
                g_auto(GStrv) fields = g_strsplit(*line, ":", -1);
                IdRange range;

                if (g_strv_length(fields) != 3)
                        continue;
                if (!g_str_equal(fields[0], user_name) && !g_str_equal(fields[0], digits))
                        continue;
                if (!parse_number(fields[1], &range.start) || !parse_number(fields[2], &range.count))
                        continue;
                if (is_possible(range.start, range.count))
                        g_array_append_val(ranges, range);
        }
        sort_ranges(ranges);
        return ranges;
}

/* Whether nsswitch.conf names another source than the files. */
static bool is_nss_configured(void) {
        g_autofree char *text = NULL;

        /* A system without nsswitch.conf has files only. */
        if (!file_read(AT_FDCWD, "/etc/nsswitch.conf", 1 << 20, &text, NULL, NULL))
                return false;

        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                if (!g_str_has_prefix(g_strchug(*line), "subid:"))
                        continue;
                const char *source = g_strstrip(*line + strlen("subid:"));
                return *source && !g_str_equal(source, "files");
        }
        return false;
}

static bool load_through_nss(const char *user_name, IdKind kind, GArray **ret_ranges, GError **error) {
        typedef bool (*Init)(const char *program, FILE *log);
        typedef int (*Get)(const char *owner, struct subid_range **ranges);
        typedef void (*Free)(void *ranges);

        void *library = dlopen("libsubid.so." G_STRINGIFY(SUBID_ABI_MAJOR), RTLD_NOW | RTLD_LOCAL);
        if (!library)
                library = dlopen("libsubid.so.5", RTLD_NOW | RTLD_LOCAL);
        if (!library)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "nsswitch.conf has a 'subid:' line, and libsubid, which would answer it, is not installed "
                        "('sudo apt install libsubid4', or libsubid5)");

        void *init_symbol = dlsym(library, "subid_init");
        void *get_symbol =
                dlsym(library, kind == ID_KIND_USER ? "subid_get_uid_ranges" : "subid_get_gid_ranges");
        void *free_symbol = dlsym(library, "subid_free");
        Init init;
        Get get;
        Free free_ranges = free; /* since version 5 it has an own one: the memory is the module's */
        memcpy(&init, &init_symbol, sizeof init);
        memcpy(&get, &get_symbol, sizeof get);
        if (free_symbol)
                memcpy(&free_ranges, &free_symbol, sizeof free_ranges);
        if (!init || !get)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "libsubid lacks a function that is needed: %s",
                            dlerror());

        /* Its complaints would go to standard error; what it cannot answer comes back as a count below 0. */
        FILE *nowhere = fopen("/dev/null", "we");
        if (nowhere)
                init("wolffia", nowhere);

        struct subid_range *found = NULL;
        int count = get(user_name, &found);
        if (count < 0)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The lookup of subordinate %s ids of user '%s' failed; the source on the 'subid:' line of "
                        "/etc/nsswitch.conf does not answer",
                        kind == ID_KIND_USER ? "user" : "group", user_name);

        GArray *ranges = g_array_new(FALSE, FALSE, sizeof(IdRange));
        for (int i = 0; i < count; i++) {
                IdRange range = {(guint32) found[i].start, (guint32) found[i].count};
                if (is_possible(found[i].start, found[i].count))
                        g_array_append_val(ranges, range);
        }
        free_ranges(found);
        sort_ranges(ranges);
        *ret_ranges = ranges;
        return true;
}

bool id_ranges_load(const char *user_name, uid_t uid, IdKind kind, GArray **ret_ranges, GError **error) {
        if (is_nss_configured())
                return load_through_nss(user_name, kind, ret_ranges, error);

        const char *path = kind == ID_KIND_USER ? "/etc/subuid" : "/etc/subgid";
        g_autofree char *text = NULL;
        g_autoptr(GError) failure = NULL;
        if (!file_read(AT_FDCWD, path, 0, &text, NULL, &failure)) {
                if (!g_error_matches(failure, ERRNO_ERROR, ENOENT)) {
                        g_propagate_error(error, g_steal_pointer(&failure));
                        return false;
                }
                /* A missing file answers the question: nobody has ranges. */
                text = g_strdup("");
        }
        *ret_ranges = id_ranges_parse(text, user_name, uid);
        return true;
}
