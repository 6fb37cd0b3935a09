/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files and folders, on a real disk. */

#include "base/file.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

static bool exists(const Scratch *scratch, const char *path) {
        return faccessat(scratch->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ---- read ---- */

static void read_gives_text_and_size(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        size_t size = 0;

        scratch_write(scratch, "a", "hello\n");
        g_assert_true(file_read(scratch->fd, "a", 0, &text, &size, &error));
        g_assert_no_error(error);
        g_assert_cmpmem(text, size + 1, "hello\n", 7);
}

static void read_counts_zero_bytes(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "a"), *text = NULL;
        size_t size = 0;

        g_assert_true(g_file_set_contents(path, "a\0b", 3, NULL));
        g_assert_true(file_read(AT_FDCWD, path, 0, &text, &size, NULL));
        g_assert_cmpmem(text, size, "a\0b", 3);
}

static void read_takes_exactly_the_limit(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL, *none = NULL;

        scratch_write(scratch, "a", "12345");
        g_assert_true(file_read(scratch->fd, "a", 5, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, "12345");
        g_assert_false(file_read(scratch->fd, "a", 4, &none, NULL, &error));
        g_assert_error(error, ERRNO_ERROR, EFBIG);
        g_assert_nonnull(strstr(error->message, "a"));
        g_assert_null(none);
}

static void read_refuses_a_fifo_without_waiting(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        g_assert_cmpint(mkfifoat(scratch->fd, "fifo", 0600), ==, 0);
        g_assert_false(file_read(scratch->fd, "fifo", 0, &text, NULL, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_clear_error(&error);

        g_assert_false(file_read(AT_FDCWD, "/dev/zero", 0, &text, NULL, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_clear_error(&error);

        g_assert_false(file_read(scratch->fd, ".", 0, &text, NULL, &error));
        g_assert_error(error, ERRNO_ERROR, EISDIR);
}

static void read_names_the_missing_file(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        g_assert_false(file_read(scratch->fd, "missing", 0, &text, NULL, &error));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
        g_assert_nonnull(strstr(error->message, "missing"));
}

static void read_takes_files_that_claim_to_be_empty(Scratch *scratch, gconstpointer data) {
        g_autofree char *text = NULL;
        size_t size = 0;

        g_assert_true(file_read(AT_FDCWD, "/proc/self/status", 0, &text, &size, NULL));
        g_assert_nonnull(strstr(text, "Pid:"));
        g_assert_cmpuint(size, ==, strlen(text));
}

/* ---- write ---- */

static void interrupt(int number) {
}

/* A blocked write() that a signal interrupts returns what it has written. */
static void write_interrupted(int fd, const char *data, size_t size) {
        struct sigaction action = {.sa_handler = interrupt};
        struct itimerval often = {{.tv_usec = 2000}, {.tv_usec = 2000}};

        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &often, NULL);
        _exit(file_write_all(fd, data, size, NULL) ? 0 : 1);
}

static void write_all_survives_short_writes(Scratch *scratch, gconstpointer data) {
        enum { SIZE = 1 << 20 };
        g_autofree char *sent = g_malloc(SIZE), *got = g_malloc(SIZE);
        g_autoptr(GError) error = NULL;
        int fds[2], status;

        for (int i = 0; i < SIZE; i++)
                sent[i] = (char) (i * 7 + i / 251);
        g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
        pid_t child = fork();
        if (child == 0)
                write_interrupted(fds[1], sent, SIZE);
        close(fds[1]);
        size_t n = 0;
        for (ssize_t part; (part = read(fds[0], got + n, MIN(SIZE - n, 40001))) > 0; g_usleep(5000))
                n += (size_t) part;
        g_assert_cmpmem(got, n, sent, SIZE);
        close(fds[0]);
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_cmpint(status, ==, 0);

        autofd int full_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
        g_assert_false(file_write_all(full_fd, "x", 1, &error));
        g_assert_error(error, ERRNO_ERROR, ENOSPC);
}

static guint count_entries(const char *path) {
        g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
        guint count = 0;

        while (folder && g_dir_read_name(folder))
                count++;
        return count;
}

static void write_atomic_replaces_as_a_whole(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        struct stat status;

        umask(0);
        scratch_write(scratch, "a", "an older and longer text");
        autofd int old_fd = openat(scratch->fd, "a", O_RDONLY | O_CLOEXEC);
        g_assert_true(file_write_atomic(scratch->fd, "a", "new", 3, 0640, &error));
        g_assert_no_error(error);

        g_autofree char *text = scratch_read(scratch, "a");
        g_assert_cmpstr(text, ==, "new");
        g_assert_cmpint(fstatat(scratch->fd, "a", &status, 0), ==, 0);
        g_assert_cmpint(status.st_mode & 07777, ==, 0640);
        g_assert_cmpuint(count_entries(scratch->path), ==, 1);

        /* Who has the old one open reads the old one. */
        char buffer[64];
        g_assert_cmpint(read(old_fd, buffer, sizeof buffer), ==, strlen("an older and longer text"));
}

static void write_atomic_leaves_nothing_when_it_fails(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "folder/inside", "x");
        g_assert_false(file_write_atomic(scratch->fd, "folder", "new", 3, 0644, &error));
        g_assert_error(error, ERRNO_ERROR, EISDIR);
        g_assert_cmpuint(count_entries(scratch->path), ==, 1);
        g_clear_error(&error);

        g_assert_false(file_write_atomic(scratch->fd, "missing/a", "new", 3, 0644, &error));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
}

/* ---- folders ---- */

static void make_folders_makes_what_is_missing(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        struct stat status;

        umask(022);
        scratch_write(scratch, "a", NULL);
        g_assert_cmpint(fchmodat(scratch->fd, "a", 0750, 0), ==, 0);
        g_assert_true(file_make_folders(scratch->fd, "a/b/c/", 0700, &error));
        g_assert_no_error(error);
        g_assert_cmpint(fstatat(scratch->fd, "a/b/c", &status, 0), ==, 0);
        g_assert_cmpint(status.st_mode & 07777, ==, 0700);
        g_assert_cmpint(fstatat(scratch->fd, "a", &status, 0), ==, 0);
        g_assert_cmpint(status.st_mode & 07777, ==, 0750);

        g_autofree char *absolute = scratch_path(scratch, "x/y/z");
        g_assert_true(file_make_folders(AT_FDCWD, absolute, 0755, &error));
        g_assert_true(file_make_folders(AT_FDCWD, absolute, 0755, &error));
        g_assert_true(exists(scratch, "x/y/z"));
}

static void make_folders_says_what_is_in_the_way(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "file", "x");
        g_assert_false(file_make_folders(scratch->fd, "file", 0755, &error));
        g_assert_error(error, ERRNO_ERROR, ENOTDIR);
        g_clear_error(&error);
        g_assert_false(file_make_folders(scratch->fd, "file/below", 0755, &error));
        g_assert_error(error, ERRNO_ERROR, ENOTDIR);
        g_clear_error(&error);

        scratch_link(scratch, "dangling", "nowhere/at/all");
        g_assert_false(file_make_folders(scratch->fd, "dangling", 0755, &error));
        g_assert_nonnull(error);

        scratch_write(scratch, "folder", NULL);
        scratch_link(scratch, "link", "folder");
        g_assert_true(file_make_folders(scratch->fd, "link/below", 0755, NULL));
}

/* ---- removal ---- */

static void remove_tree_takes_all_kinds(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "tree/a/b/c", "x");
        scratch_write(scratch, "tree/empty", NULL);
        scratch_link(scratch, "tree/dangling", "nowhere");
        g_assert_cmpint(mkfifoat(scratch->fd, "tree/fifo", 0600), ==, 0);
        scratch_write(scratch, "file", "x");

        g_assert_true(file_remove_tree(scratch->fd, "tree", &error));
        g_assert_no_error(error);
        g_assert_false(exists(scratch, "tree"));
        g_assert_true(file_remove_tree(scratch->fd, "file", &error));
        g_assert_false(exists(scratch, "file"));
        g_assert_true(file_remove_tree(scratch->fd, "never-was", &error));
        g_assert_no_error(error);
}

static void remove_tree_follows_no_link(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "precious/a", "x");
        scratch_write(scratch, "tree/b", "x");
        scratch_link(scratch, "tree/folder", "../precious");
        scratch_link(scratch, "tree/file", "../precious/a");
        scratch_link(scratch, "link", "precious");

        g_assert_true(file_remove_tree(scratch->fd, "tree", NULL));
        g_assert_true(file_remove_tree(scratch->fd, "link", NULL));
        g_assert_false(exists(scratch, "tree"));
        g_assert_false(exists(scratch, "link"));
        g_assert_true(exists(scratch, "precious/a"));
}

static void remove_tree_opens_what_is_closed(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        static const struct {
                const char *path;
                mode_t mode;
        } closed[] = {{"tree/none", 0}, {"tree/read", 0555}, {"tree/pass", 0111}, {"tree/list", 0444}};

        if (geteuid() == 0)
                g_test_message("root is refused nothing, so this proves less than it does for a user");
        for (size_t i = 0; i < G_N_ELEMENTS(closed); i++) {
                g_autofree char *inside = g_strconcat(closed[i].path, "/a/b", NULL);
                scratch_write(scratch, inside, "x");
                g_assert_cmpint(fchmodat(scratch->fd, closed[i].path, closed[i].mode, 0), ==, 0);
        }
        g_assert_cmpint(fchmodat(scratch->fd, "tree", 0500, 0), ==, 0);
        g_assert_true(file_remove_tree(scratch->fd, "tree", &error));
        g_assert_no_error(error);
        g_assert_false(exists(scratch, "tree"));
}

/* Thousands of levels: more than there are descriptors, longer than any path may be. */
static void make_deep_tree(const Scratch *scratch, const char *name, int depth) {
        autofd int fd = openat(scratch->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        for (int i = 0; i < depth; i++) {
                g_assert_cmpint(mkdirat(fd, "deeper", 0700), ==, 0);
                int next_fd = openat(fd, "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                g_assert_cmpint(next_fd, >=, 0);
                if (i % 100 == 0)
                        close(openat(next_fd, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
                close(fd);
                fd = next_fd;
        }
}

static void remove_tree_goes_as_deep_as_it_must(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        struct rlimit before, few = {.rlim_cur = 256};

        scratch_write(scratch, "tree", NULL);
        make_deep_tree(scratch, "tree", 5000);
        getrlimit(RLIMIT_NOFILE, &before);
        few.rlim_max = before.rlim_max;
        setrlimit(RLIMIT_NOFILE, &few);
        g_assert_true(file_remove_tree(scratch->fd, "tree", &error));
        setrlimit(RLIMIT_NOFILE, &before);
        g_assert_no_error(error);
        g_assert_false(exists(scratch, "tree"));
        g_assert_cmpuint(count_entries(scratch->path), ==, 0);
}

static bool remove_below_a_mount(void *data, GError **error) {
        const Scratch *scratch = data;
        g_autofree char *tree = scratch_path(scratch, "tree"),
                        *target = scratch_path(scratch, "tree/a/mounted");
        g_autofree char *precious = scratch_path(scratch, "tree/a/mounted/precious");
        g_autoptr(GError) refusal = NULL;

        if (!mapped_unshare_mounts(error))
                return false;
        if (mount("tmpfs", target, "tmpfs", 0, NULL) < 0)
                return fail_errno(error, errno, "Cannot mount");
        if (!g_file_set_contents(precious, "x", 1, error))
                return false;
        /* By path: the descriptor leads to the mounts of before. */
        if (file_remove_tree(AT_FDCWD, tree, &refusal) || access(precious, F_OK) < 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "what is mounted was removed");
        if (!g_error_matches(refusal, ERRNO_ERROR, EXDEV))
                return fail(error, WOLFFIA_ERROR_VALUE, "the reason is: %s", refusal->message);
        return true;
}

static void remove_tree_stays_on_its_file_system(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "tree/a/mounted", NULL);
        mapped_run_single(remove_below_a_mount, scratch);
}

static void empty_folder_keeps_the_folder(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "a/b", "x");
        scratch_write(scratch, "c", "x");
        /* Listed once already: the descriptor's place is at the end. */
        DIR *listed = fdopendir(fcntl(scratch->fd, F_DUPFD_CLOEXEC, 0));
        while (readdir(listed))
                ;
        closedir(listed);
        g_assert_true(file_empty_folder(scratch->fd, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(count_entries(scratch->path), ==, 0);
        g_assert_true(g_file_test(scratch->path, G_FILE_TEST_IS_DIR));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/file/read/gives-text-and-size", read_gives_text_and_size);
        scratch_test_add("/file/read/counts-zero-bytes", read_counts_zero_bytes);
        scratch_test_add("/file/read/takes-exactly-the-limit", read_takes_exactly_the_limit);
        scratch_test_add("/file/read/refuses-a-fifo-without-waiting", read_refuses_a_fifo_without_waiting);
        scratch_test_add("/file/read/names-the-missing-file", read_names_the_missing_file);
        scratch_test_add("/file/read/takes-files-that-claim-to-be-empty",
                         read_takes_files_that_claim_to_be_empty);
        scratch_test_add("/file/write-all/survives-short-writes", write_all_survives_short_writes);
        scratch_test_add("/file/write-atomic/replaces-as-a-whole", write_atomic_replaces_as_a_whole);
        scratch_test_add("/file/write-atomic/leaves-nothing-when-it-fails",
                         write_atomic_leaves_nothing_when_it_fails);
        scratch_test_add("/file/make-folders/makes-what-is-missing", make_folders_makes_what_is_missing);
        scratch_test_add("/file/make-folders/says-what-is-in-the-way", make_folders_says_what_is_in_the_way);
        scratch_test_add("/file/remove-tree/takes-all-kinds", remove_tree_takes_all_kinds);
        scratch_test_add("/file/remove-tree/follows-no-link", remove_tree_follows_no_link);
        scratch_test_add("/file/remove-tree/opens-what-is-closed", remove_tree_opens_what_is_closed);
        scratch_test_add("/file/remove-tree/goes-as-deep-as-it-must", remove_tree_goes_as_deep_as_it_must);
        scratch_test_add("/file/remove-tree/stays-on-its-file-system", remove_tree_stays_on_its_file_system);
        scratch_test_add("/file/empty-folder/keeps-the-folder", empty_folder_keeps_the_folder);
        return g_test_run();
}
