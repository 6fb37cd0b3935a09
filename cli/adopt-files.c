/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finding and copying the files of another program. Only source files and their drop-ins: data may lie beside them. */

#include "cli/adopt-files.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "generator/source.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Of units; data beside them may be larger, and is not read. */
#define LARGEST_FILE   (1024 * 1024)
#define DEEPEST_FOLDER 8

typedef struct Find {
        int from_fd;
        const char *to;
        const char *const *names;
        bool *is_used; /* which of the names have led to something */
        GPtrArray *files;
} Find;

static void free_file(void *data) {
        AdoptFile *file = data;

        g_free(file->name);
        g_free(file->text);
        g_free(file);
}

/* "web.container" and "web" for web.container and for all in web.container.d/. */
static bool is_wanted(Find *find, const char *name) {
        const char *slash = strrchr(name, '/');
        g_autofree char *folder = slash ? g_path_get_dirname(name) : NULL;
        g_autofree char *of = folder && g_str_has_suffix(folder, ".d") ? g_path_get_basename(folder)
                                                                       : g_strdup(slash ? slash + 1 : name);

        if (folder && g_str_has_suffix(of, ".d"))
                of[strlen(of) - 2] = '\0';
        if (!*find->names)
                return true;
        for (size_t i = 0; find->names[i]; i++) {
                size_t length = strlen(find->names[i]);

                if (strncmp(of, find->names[i], length) == 0 &&
                    (of[length] == '\0' || (of[length] == '.' && source_kind(of) != SOURCE_NONE &&
                                            strrchr(of, '.') == of + length))) {
                        find->is_used[i] = true;
                        return true;
                }
        }
        return false;
}

static bool is_adoptable(const char *folder, const char *name) {
        return source_kind(name) != SOURCE_NONE ||
               (g_str_has_suffix(folder, ".d") && g_str_has_suffix(name, ".conf"));
}

static bool read_one(const Find *find, const char *name, AdoptFile *file, GError **error) {
        struct stat status;

        if (fstatat(find->from_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return fail_errno(error, errno, "Cannot look at %s", name);
        file->name = g_strdup(name);
        file->is_link = S_ISLNK(status.st_mode);
        if (!file->is_link)
                return file_read(find->from_fd, name, LARGEST_FILE, &file->text, &file->size, error);
        file->text = g_malloc0((gsize) status.st_size + 1);
        if (readlinkat(find->from_fd, name, file->text, (size_t) status.st_size) < 0)
                return fail_errno(error, errno, "Cannot read the link %s", name);
        return true;
}

static AdoptState find_state(const Find *find, const AdoptFile *file) {
        g_autofree char *path = g_build_filename(find->to, file->name, NULL), *text = NULL;
        g_autofree char *link = g_file_read_link(path, NULL);
        size_t size = 0;

        if (!link && access(path, F_OK) < 0)
                return ADOPT_NEW;
        if (file->is_link)
                return g_strcmp0(link, file->text) == 0 ? ADOPT_SAME : ADOPT_DIFFERENT;
        if (link || !file_read(AT_FDCWD, path, LARGEST_FILE, &text, &size, NULL))
                return ADOPT_DIFFERENT;
        return size == file->size && memcmp(text, file->text, size) == 0 ? ADOPT_SAME : ADOPT_DIFFERENT;
}

static bool walk(Find *find, const char *folder, guint depth, GError **error) {
        int fd = openat(find->from_fd, *folder ? folder : ".",
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        autodir DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

        /* Data of containers may be closed to us. */
        if (!dir)
                return depth > 0 || fail_errno(error, errno, "Cannot list the folder");
        for (struct dirent *entry; (entry = readdir(dir));) {
                g_autofree char *name =
                        *folder ? g_strconcat(folder, "/", entry->d_name, NULL) : g_strdup(entry->d_name);
                struct stat status;

                if (entry->d_name[0] == '.' ||
                    fstatat(find->from_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                if (S_ISDIR(status.st_mode)) {
                        if (depth < DEEPEST_FOLDER && !walk(find, name, depth + 1, error))
                                return false;
                } else if (is_adoptable(folder, entry->d_name) && is_wanted(find, name)) {
                        AdoptFile *file = g_new0(AdoptFile, 1);

                        g_ptr_array_add(find->files, file);
                        if (!read_one(find, name, file, error))
                                return false;
                        file->state = find_state(find, file);
                }
        }
        return true;
}

static int compare_files(const void *a, const void *b) {
        return strcmp((*(const AdoptFile *const *) a)->name, (*(const AdoptFile *const *) b)->name);
}

bool adopt_files_find(const char *from, const char *to, const char *const *names, GPtrArray **ret_files,
                      GError **error) {
        g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(free_file);
        g_autofree bool *is_used = g_new0(bool, g_strv_length((char **) names) + 1);

        autofd int from_fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (from_fd < 0 && errno == ENOENT)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no folder %s", from);
        if (from_fd < 0)
                return fail_errno(error, errno, "Cannot open %s", from);
        Find find = {from_fd, to, names, is_used, files};
        if (!walk(&find, "", 0, error))
                return fail_prefix(error, "%s", from);
        for (size_t i = 0; names[i]; i++)
                if (!is_used[i])
                        return fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no file '%s' in %s", names[i],
                                    from);
        g_ptr_array_sort(files, compare_files);
        *ret_files = g_steal_pointer(&files);
        return true;
}

static bool copy_one(const AdoptFile *file, int to_fd, GError **error) {
        g_autofree char *folder = g_path_get_dirname(file->name);
        g_autofree char *aside = g_strdup_printf("%s/.adopt-%08x", folder, g_random_int());

        if (!file_make_folders(to_fd, folder, 0755, error))
                return false;
        if (file->is_link ? symlinkat(file->text, to_fd, aside) < 0
                          : !file_write_atomic(to_fd, aside, file->text, file->size, 0644, error))
                return file->is_link ? fail_errno(error, errno, "Cannot make the link %s", file->name)
                                     : false;
        if (renameat2(to_fd, aside, to_fd, file->name, RENAME_NOREPLACE) == 0)
                return true;
        int refusal = errno;
        (void) unlinkat(to_fd, aside, 0);
        return fail_errno(error, refusal, "Cannot write %s", file->name);
}

/* The first COUNT of those that were copied. */
static void undo(const GPtrArray *files, guint count, int to_fd) {
        for (guint i = 0; i < count; i++) {
                const AdoptFile *file = files->pdata[i];

                if (file->state == ADOPT_NEW)
                        (void) unlinkat(to_fd, file->name, 0);
        }
}

bool adopt_files_copy(const GPtrArray *files, const char *to, GError **error) {
        if (!file_make_folders(AT_FDCWD, to, 0755, error))
                return false;
        autofd int to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (to_fd < 0)
                return fail_errno(error, errno, "Cannot open %s", to);
        for (guint i = 0; i < files->len; i++) {
                const AdoptFile *file = files->pdata[i];

                if (file->state == ADOPT_NEW && !copy_one(file, to_fd, error)) {
                        undo(files, i, to_fd);
                        return fail_prefix(error, "%s", to);
                }
        }
        return true;
}

/* Of PATH below TO, those that are empty now. */
static void remove_folders(const char *path, const char *to) {
        g_autofree char *folder = g_path_get_dirname(path);

        if (strlen(folder) > strlen(to) && rmdir(folder) == 0)
                remove_folders(folder, to);
}

bool adopt_files_remove(const GPtrArray *files, const char *to, GError **error) {
        for (guint i = 0; i < files->len; i++) {
                const AdoptFile *file = files->pdata[i];
                g_autofree char *path = g_build_filename(to, file->name, NULL);

                if (file->state == ADOPT_SAME && unlink(path) < 0 && errno != ENOENT)
                        return fail_errno(error, errno, "Cannot remove %s", path);
                if (file->state == ADOPT_SAME)
                        remove_folders(path, to);
        }
        return true;
}
