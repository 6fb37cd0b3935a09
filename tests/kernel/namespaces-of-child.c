/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/PID/ns/ of a child: open to the owner of its user namespace, but for the time between a change to ids that are not
 * the owner's and PR_SET_DUMPABLE. Who has to open one opens it before, or waits until the child says that it is done. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/sync.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { POINT_BORN = 1, POINT_MAPPED, POINT_CHANGED, POINT_SEEN, POINT_DUMPABLE };

static void run_child(Sync *sync) {
        if (unshare(CLONE_NEWUSER) < 0 || !sync_reach(sync, POINT_BORN, NULL) ||
            !sync_wait(sync, POINT_MAPPED, NULL) || setgroups(0, NULL) < 0 || setresgid(33, 33, 33) < 0 ||
            setresuid(33, 33, 33) < 0 || !sync_reach(sync, POINT_CHANGED, NULL) ||
            !sync_wait(sync, POINT_SEEN, NULL) || prctl(PR_SET_DUMPABLE, 1) < 0 ||
            !sync_reach(sync, POINT_DUMPABLE, NULL))
                _exit(1);
        pause();
}

static int open_namespace(pid_t child) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/user", (int) child);
        autofd int fd = open(path, O_RDONLY | O_CLOEXEC);

        return fd < 0 ? errno : 0;
}

static void are_closed_until_the_child_is_dumpable(void) {
        g_autoptr(IdMap) map = mapped_plan_many();
        Sync sync = SYNC_NONE;

        if (!map)
                return;
        if (geteuid() == 0) {
                g_test_skip("does not apply to root, to whom nothing is closed");
                return;
        }
        g_assert_true(sync_open(&sync, NULL));
        pid_t child = fork();
        if (child == 0) {
                sync_become_child(&sync);
                run_child(&sync);
                _exit(0);
        }
        sync_become_parent(&sync);
        g_assert_true(sync_wait(&sync, POINT_BORN, NULL));
        g_assert_cmpint(open_namespace(child), ==, 0);
        g_assert_true(id_map_write(map, child, NULL));
        g_assert_cmpint(open_namespace(child), ==, 0);
        g_assert_true(sync_reach(&sync, POINT_MAPPED, NULL));
        g_assert_true(sync_wait(&sync, POINT_CHANGED, NULL));
        g_assert_cmpint(open_namespace(child), ==, EACCES);
        g_assert_true(sync_reach(&sync, POINT_SEEN, NULL));
        g_assert_true(sync_wait(&sync, POINT_DUMPABLE, NULL));
        g_assert_cmpint(open_namespace(child), ==, 0);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        sync_close(&sync);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/namespaces-of-child/are-closed-until-it-is-dumpable",
                        are_closed_until_the_child_is_dumpable);
        return g_test_run();
}
