/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "image/store.h"
#include "image/trash.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ONE   "1111111111111111111111111111111111111111111111111111111111111111"
#define THREE "3333333333333333333333333333333333333333333333333333333333333333"
#define TWO   "2222222222222222222222222222222222222222222222222222222222222222"

/* GLib reads $XDG_DATA_HOME once, so that all tests share a store. */
static char *data_home;

static ImageStore *open_store(void) {
        g_autoptr(GError) error = NULL;
        ImageStore *store = NULL;

        g_assert_true(image_store_open(&store, &error));
        g_assert_no_error(error);
        return store;
}

static void add(const ImageStore *store, const char *name, const char *digits) {
        g_autofree char *digest = g_strconcat("sha256:", digits, NULL);
        const char *layers[] = {"sha256:" ONE, "sha256:" TWO, NULL};
        ImageRecord fields = {.digest = digest, .layers = layers, .blobs = layers};
        g_autoptr(GError) error = NULL;

        g_assert_true(image_store_add(store, name, &fields, &error));
        g_assert_no_error(error);
}

static const char *find(const ImageStore *store, const char *name) {
        static char digest[80];
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(image_store_find(store, name, &record, &error));
        g_assert_no_error(error);
        g_strlcpy(digest, record ? record->digest : "none", sizeof digest);
        return digest;
}

static void test_it_is_made_for_its_owner_only(void) {
        g_autoptr(ImageStore) store = open_store();
        struct stat status;

        g_assert_cmpint(fstatat(store->fd, ".", &status, 0), ==, 0);
        g_assert_cmpuint(status.st_mode & 0777, ==, 0700);
        g_assert_cmpint(faccessat(store->fd, "blobs/sha256", F_OK, 0), ==, 0);
        g_assert_true(image_trash_is_empty(store));
}

static void test_one_that_lacks_a_folder_is_completed(void) {
        g_autofree char *trash = g_build_filename(data_home, "wolffia/trash", NULL);
        g_autofree char *layers = g_build_filename(data_home, "wolffia/layers", NULL);

        g_assert_cmpint(rmdir(trash), ==, 0);
        g_assert_cmpint(rmdir(layers), ==, 0);
        g_autoptr(ImageStore) store = open_store();
        g_assert_cmpint(access(trash, F_OK), ==, 0);
        g_assert_cmpint(access(layers, F_OK), ==, 0);
}

static void test_stores_of_others_come_last(void) {
        g_autofree char *folder = g_build_filename(data_home, "shared", NULL);
        g_autoptr(Settings) settings = settings_new();
        g_autoptr(ImageStore) shared = NULL, store = NULL;
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;
        struct stat status;

        g_assert_true(image_store_open_for_others(folder, &shared, &error));
        add(shared, "localhost/theirs:latest", THREE);
        g_assert_true(image_store_publish(shared, &error));
        g_assert_cmpint(fstatat(shared->fd, "records/" THREE, &status, 0), ==, 0);
        g_assert_cmpuint(status.st_mode & 0777, ==, 0644);

        g_strfreev(settings->more_stores);
        settings->more_stores = g_strsplit("/nowhere:", ":", -1);
        g_free(settings->more_stores[1]);
        settings->more_stores[1] = g_strdup(folder);
        g_assert_true(image_store_open_with(settings, &store, &error));
        g_assert_true(image_store_find(store, "theirs", &record, &error));
        g_assert_no_error(error);
        g_assert_true(record->needs_keeping);
        g_assert_true(image_store_keep(store, record, &error));
        g_clear_pointer(&record, image_record_free);
        g_assert_true(image_store_find(store, "theirs", &record, &error));
        g_assert_false(record->needs_keeping);
        add(store, "localhost/theirs:latest", ONE);
        g_assert_cmpstr(find(store, "theirs"), ==, "sha256:" ONE);
}

static void test_short_names_prefer_localhost(void) {
        g_autoptr(ImageStore) store = open_store();

        g_assert_cmpstr(find(store, "web"), ==, "none");
        add(store, "docker.io/library/web:latest", ONE);
        g_assert_cmpstr(find(store, "web"), ==, "sha256:" ONE);
        add(store, "localhost/web:latest", TWO);
        g_assert_cmpstr(find(store, "web"), ==, "sha256:" TWO);
        g_assert_cmpstr(find(store, "docker.io/web"), ==, "sha256:" ONE);
        g_assert_cmpstr(find(store, "web:2"), ==, "none");
        g_assert_true(image_trash_is_empty(store));
}

static void test_digests_are_names(void) {
        g_autoptr(ImageStore) store = open_store();

        add(store, "localhost/web:latest", TWO);
        g_assert_cmpstr(find(store, "sha256:" TWO), ==, "sha256:" TWO);
        g_assert_cmpstr(find(store, TWO), ==, "sha256:" TWO);
        g_assert_cmpstr(
                find(store, "sha256:3333333333333333333333333333333333333333333333333333333333333333"), ==,
                "none");
}

static void test_a_name_that_leads_nowhere_is_no_image(void) {
        g_autoptr(ImageStore) store = open_store();

        g_assert_cmpint(symlinkat("../records/nothing", store->fd, "images/localhost+ghost:latest"), ==, 0);
        g_assert_cmpstr(find(store, "ghost"), ==, "none");
}

static void test_what_is_no_name_is_an_error(void) {
        g_autoptr(ImageStore) store = open_store();
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(image_store_find(store, "../records", &record, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
}

static void test_missing_layers_are_listed(void) {
        g_autoptr(ImageStore) store = open_store();
        g_autoptr(ImageRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        add(store, "localhost/web:latest", TWO);
        g_assert_true(image_store_find(store, "web", &record, &error));
        g_assert_cmpint(mkdirat(store->fd, "layers/key", 0700), ==, 0);
        g_autofree char *name = image_store_layer_name("sha256:" ONE);
        g_assert_cmpuint(strlen(name), ==, 32);
        g_autofree char *path = g_strconcat("layers/key/", name, NULL);
        g_assert_cmpint(mkdirat(store->fd, path, 0700), ==, 0);

        g_autoptr(GPtrArray) missing = image_store_missing_layers(store, record, "key");
        g_assert_cmpuint(missing->len, ==, 1);
        g_assert_cmpstr(missing->pdata[0], ==, "22222222222222222222222222222222");
        g_autoptr(GPtrArray) all = image_store_missing_layers(store, record, "other");
        g_assert_cmpuint(all->len, ==, 2);
}

static void test_uses_exclude_each_other(void) {
        g_autoptr(ImageStore) store = open_store();
        g_autoptr(GError) error = NULL;
        int one, two, three;

        g_assert_true(image_store_lock(store, IMAGE_STORE_USE_SHARED, false, &one, &error));
        g_assert_true(image_store_lock(store, IMAGE_STORE_USE_SHARED, false, &two, &error));
        g_assert_true(image_store_lock(store, IMAGE_STORE_USE_EXCLUSIVE, false, &three, &error));
        g_assert_cmpint(two, >=, 0);
        g_assert_cmpint(three, ==, -1);
        close(one);
        close(two);
        g_assert_true(image_store_lock(store, IMAGE_STORE_USE_EXCLUSIVE, false, &three, &error));
        g_assert_cmpint(three, >=, 0);
        close(three);
}

static void test_trash_in_use_is_left_alone(void) {
        g_autoptr(ImageStore) store = open_store();
        g_autoptr(ImageTrash) used = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(image_trash_open(store, &used, &error));
        g_assert_cmpint(mkdirat(store->fd, "trash/left", 0700), ==, 0);
        g_assert_cmpint(mkdirat(store->fd, "trash/left/more", 0700), ==, 0);
        g_assert_cmpint(symlinkat("/etc", store->fd, "trash/left/link"), ==, 0);
        g_assert_false(image_trash_is_empty(store));

        g_assert_true(image_trash_empty(store, &error));
        g_assert_no_error(error);
        g_assert_cmpint(faccessat(store->fd, "trash/left", F_OK, 0), <, 0);
        g_assert_cmpint(faccessat(store->fd, used->path, F_OK, 0), ==, 0);
        g_assert_cmpint(access("/etc/passwd", F_OK), ==, 0);

        g_clear_pointer(&used, image_trash_free);
        g_assert_true(image_trash_is_empty(store));
}

int main(int argc, char **argv) {
        Scratch scratch;

        g_test_init(&argc, &argv, NULL);
        scratch_open(&scratch, NULL);
        data_home = scratch_path(&scratch, "data");
        g_setenv("XDG_DATA_HOME", data_home, TRUE);
        g_test_add_func("/image-store/find/looks-into-stores-of-others-last",
                        test_stores_of_others_come_last);
        g_test_add_func("/image-store/it-is-made-for-its-owner-only", test_it_is_made_for_its_owner_only);
        g_test_add_func("/image-store/one-that-lacks-a-folder-is-completed",
                        test_one_that_lacks_a_folder_is_completed);
        g_test_add_func("/image-store/short-names-prefer-localhost", test_short_names_prefer_localhost);
        g_test_add_func("/image-store/digests-are-names", test_digests_are_names);
        g_test_add_func("/image-store/a-name-that-leads-nowhere-is-no-image",
                        test_a_name_that_leads_nowhere_is_no_image);
        g_test_add_func("/image-store/what-is-no-name-is-an-error", test_what_is_no_name_is_an_error);
        g_test_add_func("/image-store/missing-layers-are-listed", test_missing_layers_are_listed);
        g_test_add_func("/image-store/uses-exclude-each-other", test_uses_exclude_each_other);
        g_test_add_func("/image-store/trash-in-use-is-left-alone", test_trash_in_use_is_left_alone);
        int status = g_test_run();
        scratch_close(&scratch, NULL);
        g_free(data_home);
        return status;
}
