/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Copies of folders: what comes along, and what never does. */

#include "base/copy.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>

static int open_folder(const Scratch *scratch, const char *name) {
        int fd = openat(scratch->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        g_assert_cmpint(fd, >=, 0);
        return fd;
}

static void copy(const Scratch *scratch) {
        g_autoptr(GError) error = NULL;
        autofd int from_fd = open_folder(scratch, "from"), to_fd = open_folder(scratch, "to");

        (void) copy_folder(from_fd, to_fd, &error);
        g_assert_no_error(error);
}

static struct stat look(const Scratch *scratch, const char *path) {
        struct stat status;

        g_assert_cmpint(fstatat(scratch->fd, path, &status, AT_SYMLINK_NOFOLLOW), ==, 0);
        return status;
}

static void everything_of_a_file_comes_along(Scratch *scratch, gconstpointer data) {
        const struct timespec times[] = {{.tv_sec = 5}, {.tv_sec = 7}};
        g_autofree char *file = scratch_path(scratch, "from/sub/file");

        scratch_write(scratch, "from/sub/file", "text");
        scratch_write(scratch, "to", NULL);
        g_assert_cmpint(chmod(file, 06751), ==, 0);
        g_assert_cmpint(utimensat(AT_FDCWD, file, times, 0), ==, 0);
        bool has_attributes = setxattr(file, "user.mine", "x", 1, 0) == 0;
        g_assert_cmpint(fchmodat(scratch->fd, "from/sub", 0711, 0), ==, 0);
        g_assert_cmpint(fchmodat(scratch->fd, "from", 0751, 0), ==, 0);
        copy(scratch);

        g_autofree char *text = scratch_read(scratch, "to/sub/file"),
                        *copied = scratch_path(scratch, "to/sub/file");
        g_assert_cmpstr(text, ==, "text");
        g_assert_cmpuint(look(scratch, "to/sub/file").st_mode & 07777, ==, 06751);
        g_assert_cmpint(look(scratch, "to/sub/file").st_mtim.tv_sec, ==, 7);
        g_assert_cmpuint(look(scratch, "to/sub").st_mode & 07777, ==, 0711);
        g_assert_cmpuint(look(scratch, "to").st_mode & 07777, ==, 0751);
        if (has_attributes)
                g_assert_cmpint(getxattr(copied, "user.mine", NULL, 0), ==, 1);
}

static void hard_links_and_links_stay_such(Scratch *scratch, gconstpointer data) {
        char target[100] = "";

        scratch_write(scratch, "from/one", "text");
        scratch_write(scratch, "to", NULL);
        g_assert_cmpint(mkdirat(scratch->fd, "from/sub", 0755), ==, 0);
        g_assert_cmpint(linkat(scratch->fd, "from/one", scratch->fd, "from/sub/two", 0), ==, 0);
        scratch_link(scratch, "from/link", "/etc/passwd");
        copy(scratch);
        g_assert_cmpuint(look(scratch, "to/one").st_ino, ==, look(scratch, "to/sub/two").st_ino);
        g_assert_cmpint(readlinkat(scratch->fd, "to/link", target, sizeof target - 1), >, 0);
        g_assert_cmpstr(target, ==, "/etc/passwd");
}

static void fifos_come_along_and_sockets_do_not(Scratch *scratch, gconstpointer data) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        g_autofree char *path = scratch_path(scratch, "from/socket");

        scratch_write(scratch, "from", NULL);
        scratch_write(scratch, "to", NULL);
        g_assert_cmpint(mkfifoat(scratch->fd, "from/fifo", 0640), ==, 0);
        g_strlcpy(address.sun_path, path, sizeof address.sun_path);
        autofd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
        copy(scratch);
        g_assert_true(S_ISFIFO(look(scratch, "to/fifo").st_mode));
        g_assert_cmpint(faccessat(scratch->fd, "to/socket", F_OK, 0), <, 0);
}

static void holes_stay_holes(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "from/holes", "begin");
        scratch_write(scratch, "from/empty", "");
        scratch_write(scratch, "to", NULL);
        autofd int fd = openat(scratch->fd, "from/holes", O_WRONLY | O_CLOEXEC);
        g_assert_cmpint(pwrite(fd, "middle", 6, 8 << 20), ==, 6);
        g_assert_cmpint(ftruncate(fd, 32 << 20), ==, 0);
        copy(scratch);

        struct stat status = look(scratch, "to/holes");
        g_assert_cmpint(status.st_size, ==, 32 << 20);
        /* Where the original has them: not on every file system. */
        g_assert_cmpint(status.st_blocks, <=, look(scratch, "from/holes").st_blocks + 64);
        autofd int copied = openat(scratch->fd, "to/holes", O_RDONLY | O_CLOEXEC);
        char text[8] = "";
        g_assert_cmpint(pread(copied, text, 6, 8 << 20), ==, 6);
        g_assert_cmpstr(text, ==, "middle");
        g_assert_cmpint(pread(copied, text, 6, 0), ==, 6);
        g_assert_cmpstr(text, ==, "begin");
        g_assert_cmpint(look(scratch, "to/empty").st_size, ==, 0);
}

static void what_cannot_be_read_is_named(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "from/sub/file", "text");
        scratch_write(scratch, "to/sub/file", "in the way");
        autofd int from_fd = open_folder(scratch, "from"), to_fd = open_folder(scratch, "to");
        g_assert_false(copy_folder(from_fd, to_fd, &error));
        g_assert_error(error, ERRNO_ERROR, EEXIST);
        g_assert_nonnull(strstr(error->message, "sub"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/copy/takes-everything-of-a-file-along", everything_of_a_file_comes_along);
        scratch_test_add("/copy/keeps-links", hard_links_and_links_stay_such);
        scratch_test_add("/copy/takes-fifos-and-leaves-sockets", fifos_come_along_and_sockets_do_not);
        scratch_test_add("/copy/keeps-holes", holes_stay_holes);
        scratch_test_add("/copy/names-what-it-cannot-copy", what_cannot_be_read_is_named);
        return g_test_run();
}
