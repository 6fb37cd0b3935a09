/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The output folder. Everything goes by its descriptor, and a .wants folder is opened once for all units. */

#include "generator/output.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "generator/service.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct Output {
        char *path;
        int fd;
        GHashTable *folders; /* name → descriptor + 1 */
        bool lacks_unnamed;  /* files cannot be made without a name here */
};

static void close_folder(void *data) {
        close(GPOINTER_TO_INT(data) - 1);
}

bool output_open(const char *path, Output **ret_output, GError **error) {
        if (!file_make_folders(AT_FDCWD, path, 0755, error))
                return false;
        autofd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);

        Output *output = g_new0(Output, 1);
        output->path = g_strdup(path);
        output->fd = steal_fd(&fd);
        output->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_folder);
        *ret_output = output;
        return true;
}

void output_free(Output *output) {
        if (!output)
                return;
        cleanup_fd(&output->fd);
        g_hash_table_unref(output->folders);
        g_free(output->path);
        g_free(output);
}

/* Where a unit is written before it gets its name, so that nobody ever reads half of one. */
#define ASIDE ".wolffia-new"

/* Whether the file that is there already is one of ours, of an earlier run; in this one, it is of another generator. */
static bool check_existing(const Output *output, const char *service, GError **error) {
        char start[sizeof SERVICE_MARK - 1];

        autofd int fd = openat(output->fd, service, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot replace %s/%s", output->path, service);
        ssize_t n = pread(fd, start, sizeof start, 0);
        if (n != (ssize_t) sizeof start || memcmp(start, SERVICE_MARK, sizeof start) != 0)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "another generator, such as Podman's, makes a unit %s too; rename one of the two files",
                        service);
        return true;
}

static bool write_aside(const Output *output, const GString *text, GError **error) {
        autofd int fd =
                openat(output->fd, ASIDE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot write %s/" ASIDE, output->path);
        return file_write_all(fd, text->str, text->len, error) ||
               fail_prefix(error, "%s/" ASIDE, output->path);
}

/* A file that gets its name when it is complete: linkat() replaces none, and there is no name aside to be found and
 * taken away. Whatever fails is tried again aside, which says why. */
static bool write_unnamed(Output *output, const char *service, const GString *text) {
        if (output->lacks_unnamed)
                return false;
        autofd int fd = openat(output->fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
        if (fd >= 0 && file_write_all(fd, text->str, text->len, NULL) &&
            linkat(fd, "", output->fd, service, AT_EMPTY_PATH) == 0)
                return true;
        /* Not every file system has O_TMPFILE, and before Linux 6.10 the link takes a capability. */
        output->lacks_unnamed = errno != EEXIST;
        return false;
}

bool output_write(Output *output, const char *service, const GString *text, GError **error) {
        if (write_unnamed(output, service, text))
                return true;
        if (!write_aside(output, text, error))
                return false;
        if (renameat2(output->fd, ASIDE, output->fd, service, RENAME_NOREPLACE) == 0)
                return true;
        if (errno == EEXIST && !check_existing(output, service, error)) {
                (void) unlinkat(output->fd, ASIDE, 0);
                return false;
        }
        /* EINVAL: a file system without that flag. */
        if (renameat(output->fd, ASIDE, output->fd, service) < 0)
                return fail_errno(error, errno, "Cannot write %s/%s", output->path, service);
        return true;
}

/* The descriptor of a .wants folder, which is made when it is missing. */
static bool open_folder(Output *output, const char *name, int *ret_fd, GError **error) {
        int known = GPOINTER_TO_INT(g_hash_table_lookup(output->folders, name)) - 1;

        if (known < 0) {
                if (mkdirat(output->fd, name, 0755) < 0 && errno != EEXIST)
                        return fail_errno(error, errno, "Cannot make %s/%s", output->path, name);
                known = openat(output->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
                if (known < 0)
                        return fail_errno(error, errno, "Cannot open %s/%s", output->path, name);
                g_hash_table_insert(output->folders, g_strdup(name), GINT_TO_POINTER(known + 1));
        }
        *ret_fd = known;
        return true;
}

bool output_link(Output *output, const InstallLink *link, GError **error) {
        int folder_fd = output->fd;

        if (link->folder && !open_folder(output, link->folder, &folder_fd, error))
                return false;
        if (symlinkat(link->target, folder_fd, link->name) == 0)
                return true;
        if (errno == EEXIST && unlinkat(folder_fd, link->name, 0) == 0 &&
            symlinkat(link->target, folder_fd, link->name) == 0)
                return true;
        return fail_errno(error, errno, "Cannot make the link %s/%s",
                          link->folder ? link->folder : output->path, link->name);
}
