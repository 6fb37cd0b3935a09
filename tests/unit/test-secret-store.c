/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plain ones; encryption is tried on machines. */

#include "base/error.h"
#include "cli/secret-store.h"
#include "spec/value-secret.h"
#include "tests/lib/scratch.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool create(const char *name, const char *text, bool replace, GError **error) {
        g_autoptr(StoredSecret) secret = NULL;

        return secret_store_create(name, text, strlen(text), SECRET_STORE_PLAIN, replace, &secret, error);
}

static void what_is_stored_is_read(void) {
        g_autoptr(StoredSecret) secret = NULL;
        g_autofree char *data = NULL;
        g_autoptr(GError) error = NULL;
        struct stat status;
        gsize size;

        g_assert_true(create("db", "first\n", false, &error));
        g_assert_no_error(error);
        g_assert_false(create("db", "second\n", false, &error));
        g_assert_nonnull(strstr(error->message, "--replace"));
        g_assert_true(create("db", "second\n", true, NULL));
        g_assert_true(secret_store_find("db", &secret, NULL));
        g_assert_true(secret_store_read(secret, &data, &size, NULL));
        g_assert_cmpstr(data, ==, "second\n");
        g_autofree char *folder = value_secret_store(), *path = g_build_filename(folder, "db", NULL);
        g_assert_cmpstr(secret->path, ==, path);
        g_assert_cmpint(stat(secret->path, &status), ==, 0);
        g_assert_cmpint(status.st_mode & 07777, ==, 0600);

        g_autoptr(GPtrArray) secrets = secret_store_list();
        g_assert_cmpuint(secrets->len, ==, 1);
        g_assert_true(secret_store_remove("db", NULL));
        g_clear_error(&error);
        g_assert_false(secret_store_remove("db", &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
}

static void names_stay_in_the_folder(void) {
        static const char *const names[] = {"", ".x", "../x", "a/b", "a=b", "a,b", "x.cred", "-x"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autoptr(GError) error = NULL;
                g_assert_false(create(names[i], "x", false, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

/* Down to the longest, encrypted or not. */
static void what_a_file_may_ask_for_can_be_stored(void) {
        g_autofree char *longest = g_strnfill(237, 'x');
        const char *const names[] = {"a b", "_x", "db.password", longest};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autoptr(GError) error = NULL;
                g_assert_true(value_secret_check_name(names[i], NULL));
                g_assert_true(create(names[i], "x", false, &error));
                g_assert_true(secret_store_remove(names[i], NULL));
        }
}

int main(int argc, char **argv) {
        Scratch scratch;

        g_test_init(&argc, &argv, NULL);
        scratch_open(&scratch, NULL);
        g_setenv("XDG_DATA_HOME", scratch.path, TRUE);
        g_test_add_func("/secret-store/create/is-read-again", what_is_stored_is_read);
        g_test_add_func("/secret-store/create/keeps-to-its-folder", names_stay_in_the_folder);
        g_test_add_func("/secret-store/create/takes-what-files-name", what_a_file_may_ask_for_can_be_stored);
        int result = g_test_run();
        scratch_close(&scratch, NULL);
        return result;
}
