/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/cleanup.h"
#include "base/error.h"
#include "image/unpack-path.h"
#include "image/unpack.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"
#include "tests/lib/skip.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static void check_clean(const char *name, const char *expected) {
        g_autofree char *path = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(unpack_path_clean(name, &path, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(path, ==, expected);
}

static void test_paths_are_cleaned(void) {
        check_clean("a/b", "a/b");
        check_clean("./a/./b/", "a/b");
        check_clean("//a///b//", "a/b");
        check_clean("", "");
        check_clean(".", "");
        check_clean("/", "");
        check_clean("...", "...");
        check_clean("a/..b/c..", "a/..b/c..");
}

static void test_paths_that_lead_upwards_are_refused(void) {
        static const char *const bad[] = {"..", "../a", "a/..", "a/../b", "/..", "./../x"};

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autofree char *path = NULL;
                g_autoptr(GError) error = NULL;
                g_assert_false(unpack_path_clean(bad[i], &path, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

static void test_parents_are_made_and_kept(Scratch *scratch, gconstpointer data) {
        g_autoptr(UnpackPath) paths = unpack_path_new(scratch->fd);
        g_autoptr(GError) error = NULL;
        const char *name;
        int fd, again;

        g_assert_false(unpack_path_open_parent(paths, "a/b/c", false, &fd, &name, &error));
        g_clear_error(&error);
        g_assert_true(unpack_path_open_parent(paths, "a/b/c", true, &fd, &name, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(name, ==, "c");
        g_assert_true(unpack_path_open_parent(paths, "a/b/d", false, &again, &name, &error));
        g_assert_cmpint(again, ==, fd);
}

static void test_links_on_the_way_are_refused(Scratch *scratch, gconstpointer data) {
        g_autoptr(UnpackPath) paths = unpack_path_new(scratch->fd);
        const char *name;
        int fd;

        scratch_write(scratch, "real/x", "x");
        scratch_link(scratch, "link", "real");
        scratch_link(scratch, "out", "/");
        static const char *const bad[] = {"link/x", "out/etc/x", "real/x/y", "link/x/y"};
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;
                g_assert_false(unpack_path_open_parent(paths, bad[i], true, &fd, &name, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

typedef struct Layer {
        const char *bytes;
        size_t size;
        int folder_fd;
        const IdMap *map;
        UnpackNotes notes;
} Layer;

static void add(struct archive *tar, const char *name, int type, const char *text, int uid) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, (unsigned) type);
        archive_entry_set_perm(entry, type == AE_IFDIR ? 02755 : 04644);
        archive_entry_set_uid(entry, uid);
        archive_entry_set_gid(entry, uid);
        archive_entry_set_mtime(entry, 1234567890, 500);
        archive_entry_set_size(entry, text ? (la_int64_t) strlen(text) : 0);
        if (type == AE_IFREG)
                archive_entry_xattr_add_entry(entry, "user.note", "hello", 5);
        g_assert_cmpint(archive_write_header(tar, entry), ==, ARCHIVE_OK);
        if (text)
                g_assert_cmpint(archive_write_data(tar, text, strlen(text)), ==, strlen(text));
        archive_entry_free(entry);
}

static size_t make_tar(char *buffer, size_t size) {
        struct archive *tar = archive_write_new();
        size_t used = 0;

        archive_write_set_format_pax(tar);
        g_assert_cmpint(archive_write_open_memory(tar, buffer, size, &used), ==, ARCHIVE_OK);
        add(tar, "folder", AE_IFDIR, NULL, 0);
        add(tar, "folder/file", AE_IFREG, "text", 5);
        add(tar, "folder/.wh.gone", AE_IFREG, "", 0);
        add(tar, "folder/.wh..wh..opq", AE_IFREG, "", 0);
        add(tar, "fifo", AE_IFIFO, NULL, 3);
        add(tar, "beyond", AE_IFREG, "", 4000000);
        archive_write_free(tar);
        return used;
}

static bool unpack(void *data, GError **error) {
        Layer *layer = data;
        struct archive *tar = archive_read_new();

        archive_read_support_format_tar(tar);
        g_assert_cmpint(archive_read_open_memory(tar, layer->bytes, layer->size), ==, ARCHIVE_OK);
        bool done = unpack_layer(tar, layer->folder_fd, layer->map, &layer->notes, error);
        archive_read_free(tar);

        /* What is noted stays in this child; the caller looks at the files. */
        if (done && layer->notes.entries != 6)
                return fail(error, WOLFFIA_ERROR_VALUE, "%d entries", (int) layer->notes.entries);
        if (done && !id_map_is_single(layer->map) && layer->notes.highest_id != 4000000)
                return fail(error, WOLFFIA_ERROR_VALUE, "highest id %u", layer->notes.highest_id);
        if (done && id_map_is_single(layer->map) && layer->notes.squashed != 6)
                return fail(error, WOLFFIA_ERROR_VALUE, "%d owners squashed", (int) layer->notes.squashed);
        return done;
}

static void check_files(const Scratch *scratch, guint32 owner) {
        g_autofree char *folder = scratch_path(scratch, "folder"),
                        *file = scratch_path(scratch, "folder/file");
        g_autofree char *text = scratch_read(scratch, "folder/file");
        struct stat status;
        char value[8] = "";

        g_assert_cmpstr(text, ==, "text");
        g_assert_cmpint(stat(file, &status), ==, 0);
        g_assert_cmpuint(status.st_uid, ==, owner);
        g_assert_cmpuint(status.st_mode & 07777, ==, 04644);
        g_assert_cmpint(status.st_mtim.tv_sec, ==, 1234567890);
        g_assert_cmpint(getxattr(file, "user.note", value, sizeof value), ==, 5);
        g_assert_cmpint(getxattr(folder, "user.overlay.opaque", value, sizeof value), ==, 1);
        g_assert_cmpint(stat(folder, &status), ==, 0);
        g_assert_cmpuint(status.st_mode & 07777, ==, 02755);
        g_assert_cmpint(status.st_mtim.tv_sec, ==, 1234567890);
        g_assert_cmpint(fstatat(scratch->fd, "folder/gone", &status, AT_SYMLINK_NOFOLLOW), ==, 0);
        g_assert_true(S_ISCHR(status.st_mode));
        g_assert_cmpuint(status.st_rdev, ==, 0);
        g_assert_cmpint(fstatat(scratch->fd, "fifo", &status, AT_SYMLINK_NOFOLLOW), ==, 0);
        g_assert_true(S_ISFIFO(status.st_mode));
}

static void test_a_layer_with_one_id(Scratch *scratch, gconstpointer data) {
        static char buffer[64 << 10];
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), none, none);
        Layer layer = {buffer, make_tar(buffer, sizeof buffer), scratch->fd, map, {0}};

        if (mapped_run_single(unpack, &layer))
                check_files(scratch, getuid());
}

static void test_a_layer_with_many_ids(Scratch *scratch, gconstpointer data) {
        static char buffer[64 << 10];
        g_autoptr(IdMap) map = mapped_plan_many();
        Layer layer = {buffer, make_tar(buffer, sizeof buffer), scratch->fd, map, {0}};

        if (map && mapped_run_many(unpack, &layer))
                check_files(scratch, id_map_outside(map->users, 5));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/image-unpack/paths-are-cleaned", test_paths_are_cleaned);
        g_test_add_func("/image-unpack/paths-that-lead-upwards-are-refused",
                        test_paths_that_lead_upwards_are_refused);
        scratch_test_add("/image-unpack/parents-are-made-and-kept", test_parents_are_made_and_kept);
        scratch_test_add("/image-unpack/links-on-the-way-are-refused", test_links_on_the_way_are_refused);
        scratch_test_add("/image-unpack/a-layer-with-one-id", test_a_layer_with_one_id);
        scratch_test_add("/image-unpack/a-layer-with-many-ids", test_a_layer_with_many_ids);
        return g_test_run();
}
