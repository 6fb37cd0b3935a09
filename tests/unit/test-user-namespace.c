/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Work in a child with mapped ids, for real. */

#include "base/user-namespace.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"
#include "tests/lib/skip.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static bool is_root(void *data, GError **error) {
        if (getuid() != 0 || geteuid() != 0 || getgid() != 0 || getegid() != 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "ids are %u and %u", getuid(), getgid());
        return true;
}

static void work_is_root(void) {
        mapped_run_single(is_root, NULL);
}

static bool has_no_groups(void *data, GError **error) {
        if (getgroups(0, NULL) != 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "there are %d groups", getgroups(0, NULL));
        return is_root(data, error);
}

static void work_has_no_groups_of_the_user(void) {
        /* Root has some for the asking; a user has those of the login. */
        if (geteuid() == 0)
                g_assert_cmpint(setgroups(2, (gid_t[]){200001, 200002}), ==, 0);
        mapped_run_many(has_no_groups, NULL);
}

static bool give_away(void *data, GError **error) {
        const Scratch *scratch = data;

        autofd int fd = openat(scratch->fd, "file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 || fchown(fd, 33, 1000) < 0)
                return fail_errno(error, errno, "Cannot give the file away");
        return true;
}

static bool remove_file(void *data, GError **error) {
        const Scratch *scratch = data;

        return unlinkat(scratch->fd, "file", 0) == 0 || fail_errno(error, errno, "Cannot remove the file");
}

static void work_has_the_ids_of_the_map(Scratch *scratch, gconstpointer data) {
        g_autoptr(IdMap) map = mapped_plan_many();
        g_autoptr(GError) error = NULL;
        struct stat status;

        if (!map)
                return;
        g_assert_true(user_namespace_run(map, give_away, scratch, &error));
        g_assert_no_error(error);
        g_assert_cmpint(fstatat(scratch->fd, "file", &status, 0), ==, 0);
        g_assert_cmpuint(status.st_uid, ==, id_map_outside(map->users, 33));
        g_assert_cmpuint(status.st_gid, ==, id_map_outside(map->groups, 1000));
        g_assert_true(user_namespace_run(map, remove_file, scratch, &error));
        g_assert_no_error(error);
}

static bool refuse(void *data, GError **error) {
        return fail_errno(error, EXDEV, "layer %s", (const char *) data);
}

static bool die(void *data, GError **error) {
        raise(SIGKILL);
        return true;
}

static IdMap *plan_single(void) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));

        return id_map_plan_default(getuid(), getgid(), none, none);
}

static void errors_become_the_callers(void) {
        g_autoptr(IdMap) map = plan_single();
        g_autoptr(GError) error = NULL;

        if (!mapped_run_single(is_root, NULL))
                return;
        g_assert_false(user_namespace_run(map, refuse, (void *) "seven", &error));
        g_assert_error(error, ERRNO_ERROR, EXDEV);
        g_assert_true(g_str_has_prefix(error->message, "layer seven: "));
        g_clear_error(&error);
        g_assert_false(user_namespace_run(map, die, NULL, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        /* And nobody is left to wait for. */
        g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

static bool change_data(void *data, GError **error) {
        *(int *) data = 2;
        return true;
}

static void changes_stay_in_the_child(void) {
        int value = 1;

        mapped_run_single(change_data, &value);
        g_assert_cmpint(value, ==, 1);
}

static bool work_for_long(void *data, GError **error) {
        const int *fd = data;

        /* Its end is seen as the end of this pipe. */
        if (write(*fd, "", 1) != 1)
                return false;
        sleep(1000);
        return true;
}

static void work_dies_with_its_parent(void) {
        g_autoptr(IdMap) map = plan_single();
        int fds[2];
        char byte;

        if (!mapped_run_single(is_root, NULL))
                return;
        g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
        pid_t parent = fork();
        if (parent == 0) {
                close(fds[0]);
                _exit(user_namespace_run(map, work_for_long, &fds[1], NULL) ? 0 : 1);
        }
        close(fds[1]);
        g_assert_cmpint(read(fds[0], &byte, 1), ==, 1);
        kill(parent, SIGKILL);
        waitpid(parent, NULL, 0);
        g_assert_cmpint(read(fds[0], &byte, 1), ==, 0);
        close(fds[0]);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/user-namespace/run/makes-the-work-root", work_is_root);
        g_test_add_func("/user-namespace/run/drops-the-users-groups", work_has_no_groups_of_the_user);
        scratch_test_add("/user-namespace/run/has-the-ids-of-the-map", work_has_the_ids_of_the_map);
        g_test_add_func("/user-namespace/run/makes-its-errors-the-callers", errors_become_the_callers);
        g_test_add_func("/user-namespace/run/keeps-changes-in-the-child", changes_stay_in_the_child);
        g_test_add_func("/user-namespace/run/dies-with-its-parent", work_dies_with_its_parent);
        return g_test_run();
}
