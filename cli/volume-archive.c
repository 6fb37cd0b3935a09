/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia volume export, import: tar archives with the owners that containers see, so that they fit another user and
 * another machine. Both work in the user's namespace, from inside the volume's folder. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/user-namespace.h"
#include "cli/volume.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>

static const char export_description[] =
        "The archive goes to standard output, or into a file. Stop what uses the volume\n"
        "beforehand, or the files may not fit each other.";
static const char import_description[] =
        "From FILE, or from standard input; compressed archives are fine. The volume is\n"
        "made if it is missing. Files that it has already are replaced, others stay.";

typedef struct Transfer {
        const char *folder;
        int fd; /* of the archive */
} Transfer;

static bool fail_archive(struct archive *archive, const char *what, GError **error) {
        const char *text = archive_error_string(archive);

        return fail(error, WOLFFIA_ERROR_VALUE, "%s: %s", what, text ? text : "unknown error");
}

static bool enter(const Transfer *transfer, GError **error) {
        (void) setlocale(LC_CTYPE, "C.UTF-8"); /* names in archives are UTF-8 */
        return chdir(transfer->folder) == 0 ||
               fail_errno(error, errno, "Cannot enter the folder %s", transfer->folder);
}

static bool copy_data(struct archive *from, struct archive *to, GError **error) {
        const void *bytes;
        size_t size;
        la_int64_t offset;
        int result;

        while ((result = archive_read_data_block(from, &bytes, &size, &offset)) == ARCHIVE_OK)
                if (archive_write_data_block(to, bytes, size, offset) < ARCHIVE_OK)
                        return fail_archive(to, "Cannot write", error);
        return result == ARCHIVE_EOF || fail_archive(from, "Cannot read", error);
}

/* A tar has no holes. */
static bool pack_data(struct archive *from, struct archive *to, GError **error) {
        static const char zeros[64 << 10];
        const void *bytes;
        size_t size;
        la_int64_t offset, written = 0;
        int result;

        while ((result = archive_read_data_block(from, &bytes, &size, &offset)) == ARCHIVE_OK) {
                for (; written < offset; written += (la_int64_t) sizeof zeros) {
                        size_t hole = (size_t) MIN(offset - written, (la_int64_t) sizeof zeros);
                        if (archive_write_data(to, zeros, hole) < 0)
                                return fail_archive(to, "Cannot write", error);
                }
                if (archive_write_data(to, bytes, size) < 0)
                        return fail_archive(to, "Cannot write", error);
                written = offset + (la_int64_t) size;
        }
        return result == ARCHIVE_EOF || fail_archive(from, "Cannot read", error);
}

static bool extract_all(struct archive *from, struct archive *to, GError **error) {
        struct archive_entry *entry;
        int result;

        while ((result = archive_read_next_header(from, &entry)) == ARCHIVE_OK || result == ARCHIVE_WARN) {
                const char *path = archive_entry_pathname(entry);
                g_autofree char *shown = g_strdup(path ? path : "an entry without a name");
                if (archive_write_header(to, entry) < ARCHIVE_WARN)
                        return fail_archive(to, shown, error);
                if (archive_entry_size(entry) > 0 && !copy_data(from, to, error))
                        return fail_prefix(error, "%s", shown);
                if (archive_write_finish_entry(to) < ARCHIVE_WARN)
                        return fail_archive(to, shown, error);
        }
        return result == ARCHIVE_EOF || fail_archive(from, "Cannot read the archive", error);
}

static bool import_mapped(void *data, GError **error) {
        const Transfer *transfer = data;
        struct archive *from = archive_read_new(), *to = archive_write_disk_new();

        archive_read_support_format_tar(from);
        archive_read_support_filter_all(from);
        /* Owners by number: names are those of another system. Nothing leads out of the folder. */
        archive_write_disk_set_options(
                to, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                            ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_UNLINK |
                            ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                            ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
        umask(0);
        bool done = enter(transfer, error);
        if (done && archive_read_open_fd(from, transfer->fd, 64 << 10) != ARCHIVE_OK)
                done = fail_archive(from, "Cannot read the archive", error);
        done = done && extract_all(from, to, error);
        if (done && archive_write_close(to) != ARCHIVE_OK)
                done = fail_archive(to, "Cannot finish", error);
        archive_write_free(to);
        archive_read_free(from);
        return done;
}

static bool pack_entry(struct archive *from, struct archive *to, struct archive_entry *entry,
                       struct archive_entry_linkresolver *links, GError **error) {
        struct archive_entry *spare = NULL;

        if (archive_entry_filetype(entry) == AE_IFSOCK)
                return true;
        archive_entry_set_uname(entry, NULL);
        archive_entry_set_gname(entry, NULL);
        archive_entry_sparse_clear(entry);
        archive_entry_linkify(links, &entry, &spare);
        if (archive_write_header(to, entry) < ARCHIVE_WARN)
                return fail_archive(to, "Cannot write the archive", error);
        return archive_entry_size(entry) == 0 || pack_data(from, to, error);
}

static bool pack_all(struct archive *from, struct archive *to, struct archive_entry_linkresolver *links,
                     GError **error) {
        for (;;) {
                struct archive_entry *entry = archive_entry_new();
                int result = archive_read_next_header2(from, entry);
                bool done = result == ARCHIVE_OK || result == ARCHIVE_WARN;

                if (!done && result != ARCHIVE_EOF)
                        (void) fail_archive(from, "Cannot read the volume", error);
                done = done && pack_entry(from, to, entry, links, error);
                archive_entry_free(entry);
                if (!done)
                        return result == ARCHIVE_EOF;
                (void) archive_read_disk_descend(from);
        }
}

static bool export_mapped(void *data, GError **error) {
        const Transfer *transfer = data;
        struct archive *from = archive_read_disk_new(), *to = archive_write_new();
        struct archive_entry_linkresolver *links = archive_entry_linkresolver_new();

        archive_entry_linkresolver_set_strategy(links, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED);
        archive_read_disk_set_symlink_physical(from);
        archive_read_disk_set_behavior(from,
                                       ARCHIVE_READDISK_NO_TRAVERSE_MOUNTS | ARCHIVE_READDISK_NO_FFLAGS);
        archive_write_set_format_pax_restricted(to);
        bool done = enter(transfer, error);
        if (done && archive_read_disk_open(from, ".") != ARCHIVE_OK)
                done = fail_archive(from, "Cannot read the volume", error);
        if (done && archive_write_open_fd(to, transfer->fd) != ARCHIVE_OK)
                done = fail_archive(to, "Cannot write the archive", error);
        done = done && pack_all(from, to, links, error);
        if (done && archive_write_close(to) != ARCHIVE_OK)
                done = fail_archive(to, "Cannot finish the archive", error);
        archive_entry_linkresolver_free(links);
        archive_write_free(to);
        archive_read_free(from);
        return done;
}

static bool transfer(const VolumeRecord *volume, int fd, UserNamespaceWork work, GError **error) {
        g_autofree char *data = volume_record_data_path(volume);
        g_autoptr(IdMap) map = NULL;
        Transfer job = {.folder = data, .fd = fd};

        if (volume->source == VOLUME_SOURCE_TMPFS)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The volume %s is in memory, each container has its own", volume->name);
        return id_map_load_default(&map, error) && user_namespace_run(map, work, &job, error);
}

int volume_export(const Verb *verb, int argc, char **argv) {
        g_autofree char *output = NULL;
        const GOptionEntry entries[] = {
                {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write into this file", "FILE"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(VolumeStore) store = NULL;
        g_autoptr(VolumeRecord) volume = NULL;
        int status;

        if (!verb_parse(verb, entries, export_description, false, argc, argv, &arguments, &status))
                return status;
        if (g_strv_length(arguments) != 1)
                return verb_misuse(verb, "the name of one volume is needed");
        if (!output && isatty(STDOUT_FILENO))
                return verb_misuse(verb, "an archive is not for a terminal; --output=FILE, or a pipe");
        if (!volume_store_open(&store, &error) || !volume_find(store, arguments[0], &volume, &error))
                return verb_fail(error);

        autofd int fd = output ? open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                               : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
                (void) fail_errno(&error, errno, "Cannot write %s", output ? output : "standard output");
        return !error && transfer(volume, fd, export_mapped, &error) ? VERB_SUCCESS : verb_fail(error);
}

int volume_import(const Verb *verb, int argc, char **argv) {
        const GOptionEntry entries[] = {{NULL}};
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(VolumeStore) store = NULL;
        g_autoptr(VolumeRecord) volume = NULL;
        int status;

        if (!verb_parse(verb, entries, import_description, false, argc, argv, &arguments, &status))
                return status;
        guint count = g_strv_length(arguments);
        if (count < 1 || count > 2)
                return verb_misuse(verb, "the name of a volume is needed, and perhaps a file");
        if (!volume_store_open(&store, &error) || !volume_store_ensure(store, arguments[0], &volume, &error))
                return verb_fail(error);

        bool is_stdin = count == 1 || g_str_equal(arguments[1], "-");
        autofd int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                 : open(arguments[1], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                (void) fail_errno(&error, errno, "Cannot read %s",
                                  is_stdin ? "standard input" : arguments[1]);
        /* The files are there now, and no image's are to come over them. */
        return !error && transfer(volume, fd, import_mapped, &error) &&
                               volume_store_mark_used(store, volume->name, &error)
                       ? VERB_SUCCESS
                       : verb_fail(error);
}
