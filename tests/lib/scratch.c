/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The code under test removes trees too, so that this does not trust it: chmod and rm clean up. */

#include "tests/lib/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

void scratch_open(Scratch *scratch, gconstpointer data) {
        const char *folder = g_getenv("TMPDIR") ? g_getenv("TMPDIR") : "/var/tmp";

        scratch->path = g_build_filename(folder, "wolffia-test-XXXXXX", NULL);
        g_assert_nonnull(g_mkdtemp_full(scratch->path, 0755));
        scratch->fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(scratch->fd, >=, 0);
}

void scratch_close(Scratch *scratch, gconstpointer data) {
        static const char script[] = "chmod -R u+rwX \"$0\" && rm -rf \"$0\"";
        const char *const argv[] = {"sh", "-c", script, scratch->path, NULL};

        close(scratch->fd);
        g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
        g_clear_pointer(&scratch->path, g_free);
}

char *scratch_path(const Scratch *scratch, const char *path) {
        return g_build_filename(scratch->path, path, NULL);
}

static void make_parents(const char *path) {
        g_autofree char *folder = g_path_get_dirname(path);

        g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
}

void scratch_write(const Scratch *scratch, const char *path, const char *text) {
        g_autofree char *absolute = scratch_path(scratch, path);
        g_autoptr(GError) error = NULL;

        make_parents(absolute);
        if (text)
                g_file_set_contents(absolute, text, -1, &error);
        else
                g_assert_cmpint(g_mkdir_with_parents(absolute, 0755), ==, 0);
        g_assert_no_error(error);
}

void scratch_link(const Scratch *scratch, const char *path, const char *target) {
        g_autofree char *absolute = scratch_path(scratch, path);

        make_parents(absolute);
        g_assert_cmpint(symlink(target, absolute), ==, 0);
}

char *scratch_read(const Scratch *scratch, const char *path) {
        g_autofree char *absolute = scratch_path(scratch, path);
        g_autoptr(GError) error = NULL;
        char *text = NULL;

        g_file_get_contents(absolute, &text, NULL, &error);
        g_assert_no_error(error);
        return text;
}
