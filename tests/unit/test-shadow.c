/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "generator/shadow.h"
#include "tests/lib/scratch.h"

#include <string.h>

static void set_folder(const Scratch *scratch, const char *variable, const char *name) {
        g_autofree char *path = scratch_path(scratch, name);

        g_setenv(variable, path, TRUE);
}

static void test_names_the_unit_that_wins(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "config/systemd/user/web.service", "[Service]\n");
        scratch_write(scratch, "run/systemd/user/db.service", "[Service]\n");
        set_folder(scratch, "XDG_CONFIG_HOME", "config");
        set_folder(scratch, "XDG_RUNTIME_DIR", "run");
        g_autoptr(Shadow) shadow = shadow_new("/nowhere");

        g_autofree char *web = shadow_find(shadow, "web.service", "/x/web.container");
        g_autofree char *db = shadow_find(shadow, "db.service", "/x/db.container");
        g_autofree char *other = shadow_find(shadow, "other.service", "/x/other.container");
        g_assert_nonnull(strstr(web, "/config/systemd/user/web.service, so that this file has no effect"));
        g_assert_nonnull(strstr(db, "/run/systemd/user/db.service"));
        g_assert_null(other);
        /* However many are asked for. */
        for (int i = 0; i < 50; i++) {
                g_autofree char *again = shadow_find(shadow, "web.service", "/x/web.container");
                g_autofree char *none = shadow_find(shadow, "other.service", "/x/other.container");
                g_assert_cmpstr(again, ==, web);
                g_assert_null(none);
        }
}

static void test_a_masked_name_is_no_fault(Scratch *scratch, gconstpointer data) {
        scratch_link(scratch, "config/systemd/user/web.service", "/dev/null");
        set_folder(scratch, "XDG_CONFIG_HOME", "config");
        g_autoptr(Shadow) shadow = shadow_new("/nowhere");
        g_assert_null(shadow_find(shadow, "web.service", "/x/web.container"));
}

/* Folders of the system are looked into too, so the name is one that no distribution has. */
static void test_names_the_unit_that_loses(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "data/systemd/user/web-of-mine.service", "[Service]\n");
        set_folder(scratch, "XDG_CONFIG_HOME", "config");
        set_folder(scratch, "XDG_DATA_HOME", "data");
        g_autoptr(Shadow) shadow = shadow_new("/nowhere");

        g_autofree char *text = shadow_find(shadow, "web-of-mine.service", "/x/web-of-mine.container");
        g_assert_nonnull(strstr(text, "takes the place of"));
        g_assert_nonnull(strstr(text, "/data/systemd/user/web-of-mine.service"));
}

static void check_podman(Shadow *shadow, const char *service, const char *file) {
        g_autofree char *text = shadow_find(shadow, service, "/x/web.container");

        g_assert_nonnull(text);
        g_assert_nonnull(strstr(text, service));
        g_assert_nonnull(strstr(text, file));
        g_assert_nonnull(strstr(text, "systemd takes Podman's"));
}

static void test_tells_of_podmans_units(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "config/containers/systemd/web.container", "[Container]\n");
        scratch_write(scratch, "config/containers/systemd/below/data.volume", "");
        scratch_write(scratch, "config/containers/systemd/x.network", "[Network]\nServiceName=db\n");
        scratch_write(scratch, "config/containers/systemd/y.pod.d/name.conf", "[Pod]\nServiceName=cache\n");
        scratch_write(scratch, "config/containers/systemd/y.pod", "[Pod]\n");
        scratch_write(scratch, "config/containers/systemd/data@a.volume", "");
        scratch_write(scratch, "config/containers/systemd/job@a.container", "[Container]\n");
        set_folder(scratch, "XDG_CONFIG_HOME", "config");
        g_autoptr(Shadow) with = shadow_new("/bin/sh"), without = shadow_new("/nowhere");

        check_podman(with, "web.service", "/config/containers/systemd/web.container");
        check_podman(with, "data-volume.service", "/config/containers/systemd/below/data.volume");
        check_podman(with, "db.service", "/config/containers/systemd/x.network");
        check_podman(with, "cache.service", "/config/containers/systemd/y.pod");
        check_podman(with, "data@a-volume.service", "/config/containers/systemd/data@a.volume");
        check_podman(with, "job@a.service", "/config/containers/systemd/job@a.container");
        g_assert_null(shadow_find(with, "data-volume@a.service", "/x/data@a.volume"));
        g_assert_null(shadow_find(with, "x-network.service", "/x/x.network"));
        g_assert_null(shadow_find(without, "web.service", "/x/web.container"));
}

static void test_tells_of_a_file_that_both_read(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "config/containers/systemd/web.container");

        scratch_write(scratch, "config/containers/systemd/web.container", "[Container]\n");
        set_folder(scratch, "XDG_CONFIG_HOME", "config");
        g_autoptr(Shadow) shadow = shadow_new("/bin/sh");
        g_autofree char *text = shadow_find(shadow, "web.service", path);
        g_assert_nonnull(strstr(text, "of this file too"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_unsetenv("XDG_RUNTIME_DIR");
        g_unsetenv("QUADLET_UNIT_DIRS");
        scratch_test_add("/shadow/names-the-unit-that-wins", test_names_the_unit_that_wins);
        scratch_test_add("/shadow/a-masked-name-is-no-fault", test_a_masked_name_is_no_fault);
        scratch_test_add("/shadow/names-the-unit-that-loses", test_names_the_unit_that_loses);
        scratch_test_add("/shadow/tells-of-podmans-units", test_tells_of_podmans_units);
        scratch_test_add("/shadow/tells-of-a-file-that-both-read", test_tells_of_a_file_that_both_read);
        return g_test_run();
}
