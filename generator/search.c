/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Walking the search path: parents before children, children in the order of their bytes, each real folder
 * once. */

#include "generator/search.h"

#include "base/cleanup.h"
#include "spec/problem.h"
#include "spec/settings.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

/* Bounds against somebody's whole home below a link. */
#define DEEPEST_FOLDER 16
#define MOST_FOLDERS   4096
#define MOST_ENTRIES   200000
/* Folders beyond are opened by path, so that descriptors do not run out. */
#define MOST_OPEN_FOLDERS 128

static void clear_folder(void *data) {
        SearchFolder *folder = data;

        g_free(folder->path);
        cleanup_fd(&folder->fd);
}

static void clear_root(void *data) {
        g_free(((SearchRoot *) data)->path);
}

static void add_root(GArray *roots, char *path, bool skip_users) {
        SearchRoot root = {path, skip_users, false, false};

        g_array_append_val(roots, root);
}

/* The user's folders of podman-systemd.unit(5). */
static void add_quadlet_roots(GArray *roots, const char *config, const char *home, unsigned uid) {
        if (config && *config == '/')
                add_root(roots, g_build_filename(config, "containers/systemd", NULL), false);
        else if (home && *home == '/')
                add_root(roots, g_build_filename(home, ".config/containers/systemd", NULL), false);
        add_root(roots, g_strdup_printf("/etc/containers/systemd/users/%u", uid), false);
        add_root(roots, g_strdup("/etc/containers/systemd/users"), true);
}

static void add_replaced(GArray *roots, const char *replaced) {
        g_auto(GStrv) paths = g_strsplit(replaced, ":", -1);

        for (char **path = paths; *path; path++)
                if (**path)
                        add_root(roots, g_strdup(*path), false);
}

static GArray *new_roots(void) {
        GArray *roots = g_array_new(FALSE, FALSE, sizeof(SearchRoot));

        g_array_set_clear_func(roots, clear_root);
        return roots;
}

GArray *search_podman_roots(void) {
        const char *replaced = g_getenv("QUADLET_UNIT_DIRS"), *runtime = g_getenv("XDG_RUNTIME_DIR");
        GArray *roots = new_roots();
        unsigned uid = getuid();

        if (replaced) {
                add_replaced(roots, replaced);
                return roots;
        }
        if (runtime && *runtime == '/')
                add_root(roots, g_build_filename(runtime, "containers/systemd", NULL), false);
        add_quadlet_roots(roots, g_getenv("XDG_CONFIG_HOME"), g_getenv("HOME"), uid);
        add_root(roots, g_strdup_printf("/usr/share/containers/systemd/users/%u", uid), false);
        add_root(roots, g_strdup("/usr/share/containers/systemd/users"), true);
        return roots;
}

GArray *search_roots(void) {
        g_autoptr(Settings) settings = settings_load(NULL);

        return search_roots_with(settings);
}

GArray *search_roots_with(const Settings *settings) {
        const char *replaced = g_getenv("WOLFFIA_UNIT_DIRS"), *runtime = g_getenv("XDG_RUNTIME_DIR");
        GArray *roots = new_roots();
        const char *config = g_getenv("XDG_CONFIG_HOME"), *home = g_getenv("HOME");
        unsigned uid = getuid();

        if (replaced) {
                add_replaced(roots, replaced);
                return roots;
        }
        if (runtime && *runtime == '/')
                add_root(roots, g_build_filename(runtime, "wolffia/units", NULL), false);
        if (config && *config == '/')
                add_root(roots, g_build_filename(config, "wolffia", NULL), false);
        else if (home && *home == '/')
                add_root(roots, g_build_filename(home, ".config/wolffia", NULL), false);
        add_root(roots, g_strdup_printf("/etc/wolffia/users/%u", uid), false);
        add_root(roots, g_strdup("/etc/wolffia/users"), true);
        add_root(roots, g_strdup_printf("/usr/share/wolffia/users/%u", uid), false);
        add_root(roots, g_strdup("/usr/share/wolffia/users"), true);
        if (settings->reads_quadlet_folders)
                add_quadlet_roots(roots, config, home, uid);
        return roots;
}

/* What one listing of a folder found. */
typedef struct Listing {
        DIR *dir;
        GPtrArray *subfolders; /* names, to be walked into after the files */
        GPtrArray *
                links; /* the same, of those that are links: after all others, so that a folder has its own name */
        const char *path;
        guint folder;
        bool skip_users;
        bool flat;
        bool linked;
} Listing;

/* Links to folders are followed, but not out of what such a link led to. */
static bool is_folder(const Listing *listing, const struct dirent *entry, bool *ret_is_link) {
        struct stat status;

        *ret_is_link = entry->d_type == DT_LNK;
        if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
                return entry->d_type == DT_DIR;
        if (*ret_is_link && listing->linked)
                return false;
        return fstatat(dirfd(listing->dir), entry->d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

static bool is_number(const char *name) {
        return name[strspn(name, "0123456789")] == '\0';
}

static void report(Search *search, const char *path, const char *text) {
        problem_add(search->problems, PROBLEM_WARNING, path, 0, NULL, "%s", text);
}

/* A web.contianer would be a container that is nowhere, and nobody knows why. */
static void check_name(Search *search, const Listing *listing, const char *name) {
        const char *extension = source_nearest_extension(name);

        if (!extension)
                return;
        g_autofree char *path = g_build_filename(listing->path, name, NULL);
        g_autofree char *text = g_strdup_printf("no unit is made of it; did you mean %.*s%s?",
                                                (int) (strrchr(name, '.') - name), name, extension);
        report(search, path, text);
}

static void take_entry(Search *search, Listing *listing, const struct dirent *entry) {
        const char *name = entry->d_name;
        SourceKind kind = source_kind(name);
        bool is_link;

        if (name[0] == '.')
                return;
        if (kind != SOURCE_NONE) {
                /* A folder of such a name is reported when it is read. */
                Source source = {g_string_chunk_insert(search->names, name), kind, listing->folder};

                g_array_append_val(search->sources, source);
                return;
        }
        if (entry->d_type == DT_REG || !is_folder(listing, entry, &is_link)) {
                check_name(search, listing, name);
                return;
        }
        if (g_str_has_suffix(name, ".d")) {
                g_autofree char *path = g_build_filename(listing->path, name, NULL);

                unit_dropins_add(search->dropins, path);
        } else if (!listing->flat && (!listing->skip_users || !is_number(name)))
                g_ptr_array_add(is_link ? listing->links : listing->subfolders, g_strdup(name));
}

static int compare_strings(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Whether this folder was met before, by another link or search root. */
static bool is_known(GHashTable *known, int fd) {
        struct stat status;

        if (fstat(fd, &status) < 0)
                return true;
        return !g_hash_table_add(
                known, g_strdup_printf("%jx:%jx", (uintmax_t) status.st_dev, (uintmax_t) status.st_ino));
}

/* Data of containers may lie beside the files, with thousands of folders that belong to subordinate ids: what another
 * user has closed is none of ours. */
static bool is_closed_by_others(const char *path, int errno_value) {
        struct stat status;

        return errno_value == EACCES && stat(path, &status) == 0 && status.st_uid != getuid();
}

static void walk(Search *search, const SearchRoot *root, guint depth, GHashTable *known);

static void walk_all(Search *search, const Listing *listing, GPtrArray *names, bool linked, guint depth,
                     GHashTable *known) {
        g_ptr_array_sort(names, compare_strings);
        for (guint i = 0; i < names->len; i++) {
                g_autofree char *path = g_build_filename(listing->path, names->pdata[i], NULL);

                SearchRoot child = {path, false, false, linked};
                walk(search, &child, depth + 1, known);
        }
}

/* Once, whatever is left out. */
static void report_bound(Search *search, const char *path) {
        if (!search->is_bounded)
                report(search, path,
                       "there is too much in here, ignoring the rest; unit files belong into a folder of their own");
        search->is_bounded = true;
}

static void walk(Search *search, const SearchRoot *root, guint depth, GHashTable *known) {
        const char *path = root->path;

        if (depth > DEEPEST_FOLDER || search->folders->len >= MOST_FOLDERS) {
                report_bound(search, path);
                return;
        }
        autofd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
                if (errno != ENOENT && errno != ENOTDIR &&
                    !(depth > 0 && is_closed_by_others(path, errno))) {
                        g_autofree char *text = g_strdup_printf("the folder cannot be read, ignoring: %s",
                                                                g_strerror(errno));
                        report(search, path, text);
                }
                return;
        }
        if (is_known(known, fd))
                return;

        autodir DIR *dir = fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 3));
        if (!dir)
                return;
        g_autoptr(GPtrArray) subfolders = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func(g_free);
        Listing listing = {dir,        subfolders,  links, path, search->folders->len, root->skip_users,
                           root->flat, root->linked};
        SearchFolder folder = {g_strdup(path),
                               search->folders->len < MOST_OPEN_FOLDERS ? steal_fd(&fd) : -1};
        g_array_append_val(search->folders, folder);

        for (struct dirent *entry; (entry = readdir(dir));) {
                if (search->entries++ >= MOST_ENTRIES) {
                        report_bound(search, path);
                        break;
                }
                take_entry(search, &listing, entry);
        }
        walk_all(search, &listing, subfolders, root->linked, depth, known);
        walk_all(search, &listing, links, true, depth, known);
}

static int compare_sources(const void *a, const void *b) {
        const Source *x = a, *y = b;
        int order = strcmp(x->name, y->name);

        return order != 0 ? order : (int) x->folder - (int) y->folder;
}

/* Of files of one name the first in the search counts. */
static void drop_shadowed(Search *search) {
        guint kept = 0;

        g_array_sort(search->sources, compare_sources);
        for (guint i = 0; i < search->sources->len; i++) {
                const Source *source = search_source(search, i);

                if (kept > 0 && strcmp(search_source(search, kept - 1)->name, source->name) == 0)
                        continue;
                g_array_index(search->sources, Source, kept++) = *source;
        }
        g_array_set_size(search->sources, kept);
}

Search *search_run(const GArray *roots) {
        Search *search = g_new0(Search, 1);
        g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        search->folders = g_array_new(FALSE, FALSE, sizeof(SearchFolder));
        g_array_set_clear_func(search->folders, clear_folder);
        search->sources = g_array_new(FALSE, FALSE, sizeof(Source));
        search->dropins = unit_dropins_new();
        search->names = g_string_chunk_new(4096);
        search->problems = problems_new();

        for (guint i = 0; i < roots->len; i++) {
                const SearchRoot *root = &g_array_index(roots, SearchRoot, i);

                if (*root->path == '/')
                        walk(search, root, 0, known);
                else
                        report(search, root->path,
                               "a folder of $WOLFFIA_UNIT_DIRS must be an absolute path, ignoring");
        }
        drop_shadowed(search);
        return search;
}

void search_free(Search *search) {
        if (!search)
                return;
        g_array_unref(search->folders);
        g_array_unref(search->sources);
        unit_dropins_free(search->dropins);
        g_string_chunk_free(search->names);
        g_ptr_array_unref(search->problems);
        g_free(search);
}

const Source *search_find(const Search *search, const char *name) {
        guint low = 0, high = search->sources->len;

        while (low < high) {
                guint middle = (low + high) / 2;
                int order = strcmp(name, search_source(search, middle)->name);

                if (order == 0)
                        return search_source(search, middle);
                if (order < 0)
                        high = middle;
                else
                        low = middle + 1;
        }
        return NULL;
}

char *search_path(const Search *search, const Source *source) {
        return g_strconcat(search_folder(search, source)->path, "/", source->name, NULL);
}
