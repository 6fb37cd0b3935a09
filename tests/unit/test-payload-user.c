/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Users by an image's passwd(5): in a mount namespace where /etc is the image's. */

#include "runner/payload-user.h"

#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Case {
        const char *user, *group;
        const char *expected; /* "UID:GID HOME GROUPS…", or "error WORD" */
} Case;

typedef struct Image {
        const Scratch *scratch;
        const Case *cases;
        size_t count;
} Image;

static char *print(const PayloadUser *user) {
        GString *text = g_string_new(NULL);

        g_string_printf(text, "%u:%u %s", user->uid, user->gid, user->home);
        for (guint i = 0; i < user->groups->len; i++)
                g_string_append_printf(text, " %u", g_array_index(user->groups, gid_t, i));
        return g_string_free(text, FALSE);
}

static bool compare(const Case *one, GError **error) {
        PayloadUser user = {0};
        g_autoptr(GError) refusal = NULL;

        if (!payload_user_find(-1, one->user, one->group, &user, &refusal)) {
                if (g_str_has_prefix(one->expected, "error ") && strstr(refusal->message, one->expected + 6))
                        return user.groups == NULL ||
                               fail(error, WOLFFIA_ERROR_VALUE, "the result is half filled");
                return fail(error, WOLFFIA_ERROR_VALUE, "%s: %s", one->user, refusal->message);
        }
        g_autofree char *found = print(&user);
        payload_user_clear(&user);
        return g_str_equal(found, one->expected) ||
               fail(error, WOLFFIA_ERROR_VALUE, "%s: '%s' instead of '%s'", one->user, found, one->expected);
}

static bool work(void *data, GError **error) {
        const Image *image = data;

        if (!mapped_unshare_mounts(error))
                return false;
        if (mount(image->scratch->path, "/etc", NULL, MS_BIND, NULL) < 0)
                return fail_errno(error, errno, "Cannot replace /etc");
        /* A start that hangs is ended by systemd after 90 s; a test sooner. */
        alarm(10);
        for (size_t i = 0; i < image->count; i++)
                if (!compare(&image->cases[i], error))
                        return false;
        return true;
}

static void run(const Scratch *scratch, const Case *cases, size_t count) {
        mapped_run_single(work, &(Image){scratch, cases, count});
}

#define RUN(scratch, cases) run((scratch), (cases), G_N_ELEMENTS(cases))

static void write_usual(const Scratch *scratch) {
        scratch_write(scratch, "passwd",
                      "root:x:0:0:root:/root:/bin/sh\n"
                      "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
                      "app:x:1000:1001::/home/app:/bin/sh\n"
                      "homeless:x:1002:1002:::\n"
                      "4711:x:5:5::/digits:/bin/sh\n");
        scratch_write(scratch, "group",
                      "root:x:0:\nwww-data:x:33:\nssl:x:44:app,www-data\nvideo:x:55:app\nempty:x:66:\n");
}

static void names_are_the_images(Scratch *scratch, gconstpointer data) {
        const Case cases[] = {
                {"www-data", NULL, "33:33 /var/www 44"},
                {"app", "", "1000:1001 /home/app 44 55"},
                {"homeless", NULL, "1002:1002 /"},
                {"root", NULL, "0:0 /root"},
        };

        write_usual(scratch);
        RUN(scratch, cases);
}

static void nothing_is_root(Scratch *scratch, gconstpointer data) {
        const Case cases[] = {{"", NULL, "0:0 /root"}, {NULL, NULL, "0:0 /root"}};

        write_usual(scratch);
        RUN(scratch, cases);
}

static void numbers_need_not_be_listed(Scratch *scratch, gconstpointer data) {
        const Case cases[] = {
                {"1000", NULL, "1000:1001 /home/app 44 55"},
                {"12345", NULL, "12345:0 /"},
                {"12345:54321", NULL, "12345:54321 /"},
                {"0", NULL, "0:0 /root"},
        };

        write_usual(scratch);
        RUN(scratch, cases);
}

static void group_is_name_or_number(Scratch *scratch, gconstpointer data) {
        const Case cases[] = {
                {"12345:video", NULL, "12345:55 /"},
                {"12345", "video", "12345:55 /"},
                {"12345:ssl", "video", "12345:55 /"},
                {"12345", "77", "12345:77 /"},
        };

        write_usual(scratch);
        RUN(scratch, cases);
}

static void what_is_not_there_is_named(Scratch *scratch, gconstpointer data) {
        const Case cases[] = {
                {"nobody", NULL, "error no user 'nobody'"},
                {"app:nogroup", NULL, "error no group 'nogroup'"},
                {"app", "nogroup", "error no group 'nogroup'"},
                {"a b", NULL, "error a b"},
                {"4294967295", NULL, "error 4294967295"},
        };

        write_usual(scratch);
        RUN(scratch, cases);
}

static void an_image_may_have_no_passwd(Scratch *scratch, gconstpointer data) {
        const Case cases[] = {
                {"", NULL, "0:0 /root"},
                {"1000:1000", NULL, "1000:1000 /"},
                {"app", NULL, "error no user 'app'"},
                {"1000:video", NULL, "error no group 'video'"},
        };

        RUN(scratch, cases);
}

static void broken_lines_are_skipped(Scratch *scratch, gconstpointer data) {
        const Case cases[] = {{"app", NULL, "1000:1000 /home/app 44"}};
        g_autofree char *long_line = g_strnfill(100000, 'x');
        g_autofree char *passwd = g_strconcat("garbage\n::::::\nx:y\n\n# comment\n+@netgroup::::::\n+\n",
                                              long_line, "\napp:x:1000:1000::/home/app:/bin/sh", NULL);
        g_autofree char *group =
                g_strconcat("garbage\n:::\n+:::\n", long_line, "\nssl:x:44:", long_line, ",app\n", NULL);

        scratch_write(scratch, "passwd", passwd);
        scratch_write(scratch, "group", group);
        RUN(scratch, cases);
}

/* To the kernel, 2³²−1 means "leave as it is", and that is root. */
static bool find_minus_one(void *data, GError **error) {
        const Scratch *scratch = data;
        PayloadUser user = {0};

        if (!mapped_unshare_mounts(error) || mount(scratch->path, "/etc", NULL, MS_BIND, NULL) < 0)
                return fail_errno(error, errno, "Cannot replace /etc");
        if (!payload_user_find(-1, "app", NULL, &user, NULL))
                return true;
        return user.uid != (uid_t) -1 || fail(error, WOLFFIA_ERROR_VALUE, "minus one");
}

static void no_user_is_minus_one(Scratch *scratch, gconstpointer data) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), none, none);
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "passwd", "app:x:4294967295:4294967295::/:/bin/sh\n");
        if (!user_namespace_run(map, find_minus_one, scratch, &error))
                g_test_incomplete("User=app of such an image runs as root of the container");
}

static bool find_in_fifo(void *data, GError **error) {
        const Scratch *scratch = data;
        PayloadUser user = {0};

        if (!mapped_unshare_mounts(error) || mount(scratch->path, "/etc", NULL, MS_BIND, NULL) < 0)
                return fail_errno(error, errno, "Cannot replace /etc");
        alarm(2);
        (void) payload_user_find(-1, "0", NULL, &user, NULL);
        return true;
}

static void a_fifo_does_not_hang_the_start(Scratch *scratch, gconstpointer data) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), none, none);

        g_assert_cmpint(mkfifoat(scratch->fd, "passwd", 0644), ==, 0);
        if (!user_namespace_run(map, find_in_fifo, scratch, NULL))
                g_test_incomplete("the runner waits for a writer until the start timeout");
}

/* Reading it whole would cost as much memory as an image likes. */
static void a_list_without_measure_is_none(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "etc/passwd");
        PayloadUser user = {0};
        g_autoptr(GError) error = NULL;

        scratch_write(scratch, "etc/passwd", "early:x:4:4::/:/bin/sh\n");
        g_assert_true(payload_user_find(scratch->fd, "early", NULL, &user, &error));
        payload_user_clear(&user);
        g_assert_cmpint(truncate(path, 17 << 20), ==, 0);
        g_assert_false(payload_user_find(scratch->fd, "early", NULL, &user, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/payload-user/find/takes-names-from-the-image", names_are_the_images);
        scratch_test_add("/payload-user/find/takes-nothing-for-root", nothing_is_root);
        scratch_test_add("/payload-user/find/takes-numbers-that-are-not-listed", numbers_need_not_be_listed);
        scratch_test_add("/payload-user/find/takes-a-group-by-name-or-number", group_is_name_or_number);
        scratch_test_add("/payload-user/find/names-what-is-not-there", what_is_not_there_is_named);
        scratch_test_add("/payload-user/find/does-without-a-passwd-file", an_image_may_have_no_passwd);
        scratch_test_add("/payload-user/find/skips-broken-lines", broken_lines_are_skipped);
        scratch_test_add("/payload-user/find/never-is-minus-one", no_user_is_minus_one);
        scratch_test_add("/payload-user/find/does-not-wait-for-a-fifo", a_fifo_does_not_hang_the_start);
        scratch_test_add("/payload-user/find/reads-no-list-without-measure", a_list_without_measure_is_none);
        return g_test_run();
}
