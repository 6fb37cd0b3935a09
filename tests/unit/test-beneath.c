/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Trees that an image's author could have made to reach the host: each case is one way out, and stays inside. */

#include "runner/beneath.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <sys/stat.h>

/* The tree: root/ is the container's, secret lies beside it, on the host. */
static int open_root(const Scratch *scratch) {
        scratch_write(scratch, "secret", "host");
        scratch_write(scratch, "root/etc/hosts", "container");
        int fd = openat(scratch->fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(fd, >=, 0);
        return fd;
}

static bool is_same(int fd, const Scratch *scratch, const char *path) {
        struct stat left, right;

        g_assert_cmpint(fstat(fd, &left), ==, 0);
        return fstatat(scratch->fd, path, &right, AT_SYMLINK_NOFOLLOW) == 0 && left.st_ino == right.st_ino &&
               left.st_dev == right.st_dev;
}

/* Where a descriptor really is, by the kernel's own words. */
static void assert_inside(int fd, const Scratch *scratch) {
        g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd),
                        *root = scratch_path(scratch, "root");
        g_autofree char *place = g_file_read_link(link, NULL);

        g_test_message("%s", place);
        g_assert_true(g_str_has_prefix(place, root));
}

static void open_follows_links_within_the_root(Scratch *scratch, gconstpointer data) {
        static const char *const paths[] = {"/etc/hosts",       "etc/hosts",    "/absolute/hosts",
                                            "/relative/hosts",  "/chain",       "/etc/../etc/hosts",
                                            "/../../etc/hosts", "//etc///hosts"};

        autofd int root_fd = open_root(scratch);
        scratch_link(scratch, "root/absolute", "/etc");
        scratch_link(scratch, "root/relative", "etc");
        scratch_link(scratch, "root/chain", "/absolute/../relative/hosts");
        for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
                g_autoptr(GError) error = NULL;
                autofd int fd = -1;
                g_assert_true(beneath_open(root_fd, paths[i], &fd, &error));
                g_assert_no_error(error);
                g_assert_true(is_same(fd, scratch, "root/etc/hosts"));
                g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, !=, 0);
        }
}

static void open_stays_inside(Scratch *scratch, gconstpointer data) {
        g_autofree char *secret = scratch_path(scratch, "secret");
        static const char *const paths[] = {"/../secret", "../secret",      "/etc/../../secret", "/up",
                                            "/far-up",    "/folder/secret", "/absolute"};

        autofd int root_fd = open_root(scratch);
        scratch_link(scratch, "root/up", "../secret");
        scratch_link(scratch, "root/far-up", "../../../../../../../../../../../../etc/passwd");
        scratch_link(scratch, "root/folder", "..");
        scratch_link(scratch, "root/absolute", secret);
        for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
                g_autoptr(GError) error = NULL;
                autofd int fd = -1;
                g_assert_false(beneath_open(root_fd, paths[i], &fd, &error));
                g_assert_error(error, ERRNO_ERROR, ENOENT);
                g_assert_cmpint(fd, ==, -1);
        }
}

static void open_refuses_magic_links(Scratch *scratch, gconstpointer data) {
        static const char *const paths[] = {"/proc/self/root/etc/passwd", "/proc/self/cwd",
                                            "/proc/self/fd/0", "/proc/self/exe"};

        /* The whole system as the container's root, so that there is a /proc. */
        autofd int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
                g_autoptr(GError) error = NULL;
                autofd int fd = -1;
                g_assert_false(beneath_open(root_fd, paths[i], &fd, &error));
                g_assert_error(error, ERRNO_ERROR, ELOOP);
                g_clear_error(&error);
                g_assert_false(beneath_make(root_fd, paths[i], BENEATH_FILE, &fd, &error));
                g_assert_error(error, ERRNO_ERROR, ELOOP);
        }
}

static void make_makes_what_is_missing(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        struct stat status;

        autofd int root_fd = open_root(scratch), folder_fd = -1, file_fd = -1, again_fd = -1;
        umask(022);
        g_assert_true(beneath_make(root_fd, "/srv/data/deep", BENEATH_FOLDER, &folder_fd, &error));
        g_assert_no_error(error);
        g_assert_true(is_same(folder_fd, scratch, "root/srv/data/deep"));
        g_assert_cmpint(fstat(folder_fd, &status), ==, 0);
        g_assert_true(S_ISDIR(status.st_mode));
        g_assert_cmpint(status.st_mode & 07777, ==, 0755);

        g_assert_true(beneath_make(root_fd, "/run/x/file", BENEATH_FILE, &file_fd, &error));
        g_assert_cmpint(fstat(file_fd, &status), ==, 0);
        g_assert_true(S_ISREG(status.st_mode));
        g_assert_true(beneath_make(root_fd, "/run/x/file", BENEATH_FILE, &again_fd, &error));
        g_assert_true(is_same(again_fd, scratch, "root/run/x/file"));
}

static void make_takes_what_is_there(Scratch *scratch, gconstpointer data) {
        autofd int root_fd = open_root(scratch), fd = -1;

        /* Whether it is the right kind is for the mount to find out. */
        g_assert_true(beneath_make(root_fd, "/etc/hosts", BENEATH_FOLDER, &fd, NULL));
        g_assert_true(is_same(fd, scratch, "root/etc/hosts"));
        g_autofree char *text = scratch_read(scratch, "root/etc/hosts");
        g_assert_cmpstr(text, ==, "container");
}

static void make_goes_through_links_within_the_root(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        autofd int root_fd = open_root(scratch), fd = -1;
        scratch_write(scratch, "root/run", NULL);
        scratch_link(scratch, "root/var/run", "/run");
        g_assert_true(beneath_make(root_fd, "/var/run/secrets/token", BENEATH_FILE, &fd, &error));
        g_assert_no_error(error);
        g_assert_true(is_same(fd, scratch, "root/run/secrets/token"));
}

static void make_stays_inside(Scratch *scratch, gconstpointer data) {
        static const struct {
                const char *link, *target, *path;
        } cases[] = {
                {"root/a", "..", "/a/made"},
                {"root/b", "../../../../../..", "/b/tmp/made/deep"},
                {"root/c", "/../..", "/c/made2"},
                {"root/d", "a/../..", "/d/made3"},
        };

        autofd int root_fd = open_root(scratch);
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(GError) error = NULL;
                autofd int fd = -1;
                scratch_link(scratch, cases[i].link, cases[i].target);
                g_assert_true(beneath_make(root_fd, cases[i].path, BENEATH_FILE, &fd, &error));
                g_assert_no_error(error);
                assert_inside(fd, scratch);
        }
        autofd int dots_fd = -1;
        g_assert_true(beneath_make(root_fd, "/../../made4", BENEATH_FOLDER, &dots_fd, NULL));
        assert_inside(dots_fd, scratch);
}

/* Nothing of the host is made, and the error, if it is one, says which path. */
static void make_never_writes_through_dangling_links(Scratch *scratch, gconstpointer data) {
        g_autofree char *outside = scratch_path(scratch, "made-outside");
        static const char *const paths[] = {"/dangling", "/dangling-up", "/dangling/below", "/loop"};

        autofd int root_fd = open_root(scratch);
        scratch_link(scratch, "root/dangling", outside);
        scratch_link(scratch, "root/dangling-up", "../made-outside");
        scratch_link(scratch, "root/loop", "loop");
        for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
                g_autoptr(GError) error = NULL;
                autofd int fd = -1;
                if (beneath_make(root_fd, paths[i], BENEATH_FILE, &fd, &error))
                        assert_inside(fd, scratch);
                else
                        g_assert_nonnull(g_strstr_len(error->message, -1, paths[i]));
                g_assert_cmpint(access(outside, F_OK), ==, -1);
        }
}

/* Images with systemd-resolved have /etc/resolv.conf → ../run/systemd/resolve/stub-resolv.conf, and nothing there. */
static void make_makes_the_end_of_a_dangling_link(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        autofd int root_fd = open_root(scratch), fd = -1;
        scratch_write(scratch, "root/run", NULL);
        scratch_link(scratch, "root/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf");
        if (!beneath_make(root_fd, "/etc/resolv.conf", BENEATH_FILE, &fd, &error)) {
                g_test_incomplete(error->message);
                return;
        }
        g_assert_true(is_same(fd, scratch, "root/run/systemd/resolve/stub-resolv.conf"));
}

static void make_says_what_is_in_the_way(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        autofd int root_fd = open_root(scratch), fd = -1;
        g_assert_false(beneath_make(root_fd, "/etc/hosts/below", BENEATH_FOLDER, &fd, &error));
        g_assert_error(error, ERRNO_ERROR, ENOTDIR);
        g_assert_nonnull(g_strstr_len(error->message, -1, "/etc/hosts/below"));
}

static void link_makes_one_unless_something_is_there(Scratch *scratch, gconstpointer data) {
        g_autofree char *made = NULL, *kept = NULL;
        g_autofree char *made_path = scratch_path(scratch, "root/dev/fd"),
                        *kept_path = scratch_path(scratch, "root/etc/mtab");

        autofd int root_fd = open_root(scratch);
        scratch_link(scratch, "root/etc/mtab", "/kept");
        g_assert_true(beneath_link(root_fd, "/dev/fd", "/proc/self/fd", NULL));
        g_assert_true(beneath_link(root_fd, "/etc/mtab", "/proc/mounts", NULL));
        made = g_file_read_link(made_path, NULL);
        kept = g_file_read_link(kept_path, NULL);
        g_assert_cmpstr(made, ==, "/proc/self/fd");
        g_assert_cmpstr(kept, ==, "/kept");
}

static void link_stays_inside(Scratch *scratch, gconstpointer data) {
        g_autofree char *outside = scratch_path(scratch, "fd"), *inside = scratch_path(scratch, "root/fd");

        autofd int root_fd = open_root(scratch);
        scratch_link(scratch, "root/dev", "..");
        g_assert_true(beneath_link(root_fd, "/dev/fd", "/proc/self/fd", NULL));
        g_assert_false(g_file_test(outside, G_FILE_TEST_IS_SYMLINK));
        g_assert_true(g_file_test(inside, G_FILE_TEST_IS_SYMLINK));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/beneath/open/follows-links-within-the-root", open_follows_links_within_the_root);
        scratch_test_add("/beneath/open/stays-inside", open_stays_inside);
        scratch_test_add("/beneath/open/refuses-magic-links", open_refuses_magic_links);
        scratch_test_add("/beneath/make/makes-what-is-missing", make_makes_what_is_missing);
        scratch_test_add("/beneath/make/takes-what-is-there", make_takes_what_is_there);
        scratch_test_add("/beneath/make/goes-through-links-within-the-root",
                         make_goes_through_links_within_the_root);
        scratch_test_add("/beneath/make/stays-inside", make_stays_inside);
        scratch_test_add("/beneath/make/never-writes-through-dangling-links",
                         make_never_writes_through_dangling_links);
        scratch_test_add("/beneath/make/makes-the-end-of-a-dangling-link",
                         make_makes_the_end_of_a_dangling_link);
        scratch_test_add("/beneath/make/says-what-is-in-the-way", make_says_what_is_in_the_way);
        scratch_test_add("/beneath/link/makes-one-unless-something-is-there",
                         link_makes_one_unless_something_is_there);
        scratch_test_add("/beneath/link/stays-inside", link_stays_inside);
        return g_test_run();
}
