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

        g_autofree char *web = shadow_find(shadow, "web.service", "web.container");
        g_autofree char *db = shadow_find(shadow, "db.service", "db.container");
        g_autofree char *other = shadow_find(shadow, "other.service", "other.container");
        g_assert_nonnull(strstr(web, "/config/systemd/user/web.service, so that this file has no effect"));
        g_assert_nonnull(strstr(db, "/run/systemd/user/db.service"));
        g_assert_null(other);
}

static void test_a_masked_name_is_no_fault(Scratch *scratch, gconstpointer data) {
        scratch_link(scratch, "config/systemd/user/web.service", "/dev/null");
        set_folder(scratch, "XDG_CONFIG_HOME", "config");
        g_autoptr(Shadow) shadow = shadow_new("/nowhere");
        g_assert_null(shadow_find(shadow, "web.service", "web.container"));
}

static void test_tells_of_podmans_file(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "config/containers/systemd/web.container", "[Container]\n");
        set_folder(scratch, "XDG_CONFIG_HOME", "config");
        g_autoptr(Shadow) with = shadow_new("/bin/sh"), without = shadow_new("/nowhere");

        g_autofree char *text = shadow_find(with, "web.service", "web.container");
        g_assert_nonnull(strstr(text, "/config/containers/systemd/web.container too"));
        g_assert_null(shadow_find(without, "web.service", "web.container"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_unsetenv("XDG_RUNTIME_DIR");
        scratch_test_add("/shadow/names-the-unit-that-wins", test_names_the_unit_that_wins);
        scratch_test_add("/shadow/a-masked-name-is-no-fault", test_a_masked_name_is_no_fault);
        scratch_test_add("/shadow/tells-of-podmans-file", test_tells_of_podmans_file);
        return g_test_run();
}
