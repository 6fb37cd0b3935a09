/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/payload-pipe.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static void what_is_written_arrives(int fds[2]) {
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fds[1]);
        char text[8] = "";
        struct stat status;

        /* As images open /dev/stdout again. */
        autofd int again_fd = open(path, O_WRONLY | O_CLOEXEC);
        g_assert_cmpint(again_fd, >=, 0);
        g_assert_true(fstat(fds[0], &status) == 0 && S_ISFIFO(status.st_mode));
        g_assert_cmpint(fcntl(fds[0], F_GETFL) & O_NONBLOCK, ==, 0);
        g_assert_true(write(fds[1], "one", 3) == 3 && write(again_fd, "two", 3) == 3);
        g_assert_cmpint(read(fds[0], text, sizeof text), ==, 6);
        g_assert_cmpstr(text, ==, "onetwo");
        close(fds[0]);
        close(fds[1]);
}

static void without_a_label_it_is_a_pipe(void) {
        g_autoptr(GError) error = NULL;
        int fds[2];

        g_assert_true(payload_pipe_open(-1, NULL, fds, &error));
        g_assert_no_error(error);
        what_is_written_arrives(fds);
}

static void assert_label(int fd, const char *label) {
        char text[64] = "";

        g_assert_cmpint(fgetxattr(fd, "security.selinux", text, sizeof text - 1), >, 0);
        g_assert_cmpstr(text, ==, label);
}

/* Without SELinux the kernel stores any label for root, and none for others. */
static void with_a_label_it_works_as_well_or_says_what_would_be_lost(void) {
        static const char label[] = "system_u:object_r:container_file_t:s0";
        g_autofree char *folder = g_dir_make_tmp("wolffia-XXXXXX", NULL);
        autofd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_autoptr(GError) error = NULL;
        int fds[2];

        /* What a start left that was killed. */
        g_assert_cmpint(mkfifoat(fd, "output", 0600), ==, 0);
        if (payload_pipe_open(fd, label, fds, &error)) {
                assert_label(fds[0], label);
                what_is_written_arrives(fds);
        } else
                g_assert_nonnull(strstr(error->message,
                                        "container_file_t:s0 cannot be that of the payload's output"));
        /* Nothing is left: the folder can be removed. */
        g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/payload-pipe/without-a-label-it-is-a-pipe", without_a_label_it_is_a_pipe);
        g_test_add_func("/payload-pipe/with-a-label-it-works-as-well-or-says-what-would-be-lost",
                        with_a_label_it_works_as_well_or_says_what_would_be_lost);
        return g_test_run();
}
