/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A descriptor keeps a user namespace after its last process: whoever made it enters it again, becomes its root, and
 * removes what belongs to subordinate ids, with no newuidmap. So the supervisor removes the writable layer. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sync.h"
#include "base/user-namespace.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* As a container does: files and folders of several users, some closed to others. */
static bool fill(void *data, GError **error) {
        const int *fd = data;

        if (mkdirat(*fd, "upper", 0755) < 0 || mkdirat(*fd, "upper/private", 0700) < 0 ||
            mkdirat(*fd, "upper/private/deep", 0) < 0 ||
            fchownat(*fd, "upper/private/deep", 33, 33, 0) < 0 ||
            fchownat(*fd, "upper/private", 33, 33, 0) < 0 || fchownat(*fd, "upper", 33, 33, 0) < 0)
                return fail_errno(error, errno, "Cannot fill the layer");
        return true;
}

static void fill_mapped(int fd, const IdMap *map) {
        g_autoptr(GError) error = NULL;

        user_namespace_run(map, fill, &fd, &error);
        g_assert_no_error(error);
}

/* A child that has made its namespace, got its map, and is dead; what is left is a descriptor. */
static int make_namespace(const IdMap *map) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;

        g_assert_true(sync_open(&sync, NULL));
        pid_t child = fork();
        if (child == 0) {
                sync_become_child(&sync);
                if (unshare(CLONE_NEWUSER) == 0)
                        (void) sync_reach(&sync, 1, NULL);
                pause();
                _exit(0);
        }
        sync_become_parent(&sync);
        g_assert_true(sync_wait(&sync, 1, NULL));
        g_assert_true(id_map_write(map, child, &error));
        g_assert_no_error(error);
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/user", (int) child);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        g_assert_cmpint(fd, >=, 0);
        kill(child, SIGKILL);
        g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
        sync_close(&sync);
        return fd;
}

static bool remove_through(int namespace_fd, int folder_fd) {
        int status;
        pid_t child = fork();

        if (child == 0) {
                if (setns(namespace_fd, CLONE_NEWUSER) < 0 || setresgid(0, 0, 0) < 0 ||
                    setresuid(0, 0, 0) < 0)
                        _exit(2);
                _exit(file_remove_tree(folder_fd, "upper", NULL) ? 0 : 1);
        }
        return waitpid(child, &status, 0) == child && status == 0;
}

static void a_descriptor_is_enough_to_clean_up(Scratch *scratch, gconstpointer data) {
        g_autoptr(IdMap) map = mapped_plan_many();

        if (!map)
                return;
        autofd int namespace_fd = make_namespace(map);
        fill_mapped(scratch->fd, map);
        if (geteuid() != 0)
                g_assert_false(file_remove_tree(scratch->fd, "upper", NULL));
        g_assert_true(remove_through(namespace_fd, scratch->fd));
        g_assert_cmpint(faccessat(scratch->fd, "upper", F_OK, 0), ==, -1);
}

/* So a leftover is moved aside as the folder around it. */
static void a_folder_of_others_moves_with_the_one_around_it_only(Scratch *scratch, gconstpointer data) {
        g_autoptr(IdMap) map = geteuid() == 0 ? NULL : mapped_plan_many();

        if (geteuid() == 0)
                g_test_skip("does not apply to root, who moves what he likes");
        if (!map)
                return;
        autofd int namespace_fd = make_namespace(map);
        g_assert_cmpint(mkdirat(scratch->fd, "trash", 0700), ==, 0);
        g_assert_cmpint(mkdirat(scratch->fd, "container", 0700), ==, 0);
        autofd int container_fd = openat(scratch->fd, "container", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fill_mapped(container_fd, map);
        g_assert_cmpint(renameat(container_fd, "upper", scratch->fd, "trash/upper"), ==, -1);
        g_assert_cmpint(errno, ==, EACCES);
        g_assert_cmpint(renameat(scratch->fd, "container", scratch->fd, "trash/container"), ==, 0);
        g_assert_true(remove_through(namespace_fd, container_fd));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/user-namespace/descriptor/is-enough-to-clean-up",
                         a_descriptor_is_enough_to_clean_up);
        scratch_test_add("/user-namespace/subordinate-ids/move-with-the-folder-around-them",
                         a_folder_of_others_moves_with_the_one_around_it_only);
        return g_test_run();
}
