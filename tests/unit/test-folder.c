/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/cleanup.h"
#include "base/folder.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void entries_are_all_but_the_two(Scratch *scratch, gconstpointer data) {
        guint count = 0;

        scratch_write(scratch, "x/b", "");
        scratch_write(scratch, "x/.hidden", "");
        autodir DIR *folder = folder_open(scratch->fd, "x", O_NOFOLLOW);
        for (struct dirent *entry; (entry = folder_next(folder)); count++)
                g_assert_cmpstr(entry->d_name[0] == '.' ? entry->d_name : ".hidden", ==, ".hidden");
        g_assert_cmpuint(count, ==, 2);
}

static void what_cannot_be_opened_is_empty(Scratch *scratch, gconstpointer data) {
        autodir DIR *folder = folder_open(scratch->fd, "nothing", 0);
        g_autoptr(GPtrArray) names = folder_list(scratch->fd, "nothing");

        g_assert_null(folder);
        g_assert_null(folder_next(folder));
        g_assert_cmpuint(names->len, ==, 0);
}

static void a_folder_with_a_hidden_file_is_not_empty(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "x/.hidden", "");
        g_assert_cmpint(mkdirat(scratch->fd, "y", 0755), ==, 0);
        g_assert_cmpint(symlinkat("y", scratch->fd, "z"), ==, 0);
        g_assert_false(folder_is_empty(scratch->fd, "x", 0));
        g_assert_true(folder_is_empty(scratch->fd, "y", O_NOFOLLOW));
        g_assert_true(folder_is_empty(scratch->fd, "z", 0));
        g_assert_false(folder_is_empty(scratch->fd, "z", O_NOFOLLOW));
        g_assert_false(folder_is_empty(scratch->fd, "nothing", 0));
}

static void a_list_is_sorted_and_has_nothing_hidden(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "x/b", "");
        scratch_write(scratch, "x/a", "");
        scratch_write(scratch, "x/B", "");
        scratch_write(scratch, "x/.c", "");
        g_autoptr(GPtrArray) names = folder_list(scratch->fd, "x");
        g_assert_cmpuint(names->len, ==, 3);
        g_assert_cmpstr(names->pdata[0], ==, "B");
        g_assert_cmpstr(names->pdata[2], ==, "b");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/folder/next/leaves-out-the-two-that-every-folder-has",
                         entries_are_all_but_the_two);
        scratch_test_add("/folder/open/of-nothing-has-no-entries", what_cannot_be_opened_is_empty);
        scratch_test_add("/folder/is-empty/not-with-a-hidden-file-and-not-if-it-cannot-be-opened",
                         a_folder_with_a_hidden_file_is_not_empty);
        scratch_test_add("/folder/list/is-sorted-and-has-nothing-hidden",
                         a_list_is_sorted_and_has_nothing_hidden);
        return g_test_run();
}
