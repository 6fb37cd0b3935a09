/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The store of volumes, in a home of its own. */

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/scratch.h"
#include "volume/store.h"
#include "volume/use.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static VolumeStore *open_store(void) {
        g_autoptr(GError) error = NULL;
        VolumeStore *store = NULL;

        g_assert_true(volume_store_open(&store, &error));
        g_assert_no_error(error);
        return store;
}

static bool exists(const VolumeStore *store, const char *path) {
        return faccessat(store->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void a_volume_is_made_once_and_found(void) {
        g_autoptr(VolumeStore) store = open_store();
        g_autoptr(VolumeRecord) first = NULL, second = NULL, none = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(volume_store_find(store, "one", &none, NULL));
        g_assert_null(none);
        g_assert_true(volume_store_ensure(store, "one", &first, &error));
        g_assert_no_error(error);
        g_assert_true(first->is_fresh && exists(store, "one/data") && !exists(store, "one/options"));
        g_assert_false(volume_store_create(store, first, &error));
        g_assert_error(error, ERRNO_ERROR, EEXIST);
        g_assert_true(volume_store_mark_used(store, "one", NULL));
        g_assert_true(volume_store_ensure(store, "one", &second, NULL));
        g_assert_false(second->is_fresh);
        g_assert_true(volume_store_remove(store, "one", NULL));
        g_assert_false(exists(store, "one"));
}

static void names_with_quadlets_prefix_stand_for_those_without(void) {
        g_autoptr(VolumeStore) store = open_store();
        g_autoptr(VolumeRecord) made = NULL, plain = NULL, prefixed = NULL;

        g_assert_true(volume_store_ensure(store, "systemd-two", &made, NULL));
        g_assert_cmpstr(made->name, ==, "two");
        g_assert_true(volume_store_find(store, "systemd-two", &prefixed, NULL));
        g_assert_cmpstr(prefixed->name, ==, "two");

        /* One that was made with the prefix, as by an import from Podman. */
        g_autoptr(VolumeRecord) fields = volume_record_new("systemd-three");
        g_assert_true(volume_store_create(store, fields, NULL));
        g_assert_true(volume_store_ensure(store, "three", &plain, NULL));
        g_assert_cmpstr(plain->name, ==, "systemd-three");
}

static void names_that_lead_elsewhere_are_refused(void) {
        static const char *const names[] = {"",        ".",  "..",  "../x", "a/b",
                                            ".hidden", "-x", "a:b", "a b",  "ä"};
        g_autoptr(VolumeStore) store = open_store();

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autoptr(VolumeRecord) volume = NULL;
                g_autoptr(GError) error = NULL;
                g_assert_false(volume_store_ensure(store, names[i], &volume, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

static void settings_are_kept(void) {
        g_autoptr(VolumeStore) store = open_store();
        g_autoptr(VolumeRecord) fields = volume_record_new("four"), found = NULL;

        g_assert_true(volume_record_take_option(fields, "type=tmpfs", NULL));
        g_assert_true(volume_record_take_option(fields, "device=tmpfs", NULL));
        g_assert_true(volume_record_take_option(fields, "o=uid=7,size=1g,gid=8,noexec", NULL));
        g_assert_true(volume_record_take_option(fields, "nocopy", NULL));
        g_ptr_array_add(fields->labels, g_strdup("a=b;c"));
        g_assert_true(volume_record_check(fields, NULL));
        g_assert_true(volume_store_create(store, fields, NULL));
        g_assert_true(volume_store_find(store, "four", &found, NULL));
        g_assert_cmpint(found->source, ==, VOLUME_SOURCE_TMPFS);
        g_assert_cmpstr(found->options, ==, "size=1g,noexec");
        g_assert_true(found->has_uid && found->uid == 7 && found->has_gid && found->gid == 8 &&
                      found->no_copy);
        g_assert_cmpuint(found->labels->len, ==, 1);
        g_assert_cmpstr(found->labels->pdata[0], ==, "a=b;c");
}

static void settings_that_cannot_work_are_refused(void) {
        static const char *const options[] = {"type=nfs", "type=ext4", "o=uid=x", "size=1g"};

        for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
                g_autoptr(VolumeRecord) record = volume_record_new("x");
                g_autoptr(GError) error = NULL;
                g_assert_false(volume_record_take_option(record, options[i], &error));
                g_assert_nonnull(error);
        }
        g_autoptr(VolumeRecord) bind = volume_record_new("x"), device = volume_record_new("x");
        g_assert_true(volume_record_take_option(bind, "o=bind", NULL));
        g_assert_false(volume_record_check(bind, NULL));
        g_assert_true(volume_record_take_option(device, "device=/srv", NULL));
        g_assert_false(volume_record_check(device, NULL));
}

static void what_a_crash_left_goes_with_the_next_volume(void) {
        g_autoptr(VolumeStore) store = open_store();
        g_autoptr(VolumeRecord) volume = NULL;

        g_assert_cmpint(mkdirat(store->fd, ".new-left", 0700), ==, 0);
        g_assert_cmpint(mkdirat(store->fd, ".new-busy", 0700), ==, 0);
        autofd int fd = openat(store->fd, ".new-busy", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
        g_assert_true(volume_store_ensure(store, "five", &volume, NULL));
        g_assert_false(exists(store, ".new-left"));
        g_assert_true(exists(store, ".new-busy"));
}

static void only_a_living_container_uses_a_volume(void) {
        g_autoptr(VolumeStore) store = open_store();
        g_autofree char *containers = g_build_filename(store->path, "..", "containers", "c", NULL);
        g_autofree char *link = g_build_filename(containers, "volume-six", NULL);

        g_assert_cmpint(g_mkdir_with_parents(containers, 0700), ==, 0);
        g_assert_cmpint(symlink("../../volumes/six", link), ==, 0);
        g_autoptr(GPtrArray) dead = volume_use_find(store, "six");
        g_assert_cmpuint(dead->len, ==, 0);
        autofd int fd = open(containers, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
        g_autoptr(GPtrArray) alive = volume_use_find(store, "six");
        g_assert_cmpuint(alive->len, ==, 1);
        g_assert_cmpstr(alive->pdata[0], ==, "c");
        g_autoptr(GPtrArray) other = volume_use_find(store, "seven");
        g_assert_cmpuint(other->len, ==, 0);
}

int main(int argc, char **argv) {
        Scratch scratch;
        g_test_init(&argc, &argv, NULL);
        /* GLib reads it once, so that all tests share a store. */
        scratch_open(&scratch, NULL);
        g_setenv("XDG_DATA_HOME", scratch.path, TRUE);
        g_test_add_func("/volume-store/makes-a-volume-once", a_volume_is_made_once_and_found);
        g_test_add_func("/volume-store/takes-quadlets-prefix-for-nothing",
                        names_with_quadlets_prefix_stand_for_those_without);
        g_test_add_func("/volume-store/refuses-names-that-lead-elsewhere",
                        names_that_lead_elsewhere_are_refused);
        g_test_add_func("/volume-store/keeps-settings", settings_are_kept);
        g_test_add_func("/volume-store/refuses-settings-that-cannot-work",
                        settings_that_cannot_work_are_refused);
        g_test_add_func("/volume-store/sweeps-what-a-crash-left",
                        what_a_crash_left_goes_with_the_next_volume);
        g_test_add_func("/volume-store/knows-who-uses-a-volume", only_a_living_container_uses_a_volume);
        int status = g_test_run();
        scratch_close(&scratch, NULL);
        return status;
}
