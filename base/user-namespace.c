/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One fork, two meeting points: the child has its namespace; the parent has written the map. */

#include "base/user-namespace.h"

#include "base/error.h"
#include "base/process.h"
#include "base/sync.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { POINT_BORN = 1, POINT_MAPPED, POINT_DONE };

static bool become_root(pid_t parent, GError **error) {
        /* A single-id map denies setgroups(); then the groups stay as they are. */
        if (setgroups(0, NULL) < 0 && errno != EPERM)
                return fail_errno(error, errno, "Cannot drop groups");
        if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
                return fail_errno(error, errno, "Cannot become root of the user namespace");
        /* Not earlier: a change of ids clears it (prctl(2)). */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return fail_errno(error, errno, "Cannot tie a child to its parent");
        if (getppid() != parent)
                return fail(error, WOLFFIA_ERROR_HELPER, "The parent has ended");
        return true;
}

static bool run_child(Sync *sync, pid_t parent, UserNamespaceWork work, void *data, GError **error) {
        if (unshare(CLONE_NEWUSER) < 0)
                return fail_errno(error, errno, "Cannot make a user namespace");
        return sync_reach(sync, POINT_BORN, error) && sync_wait(sync, POINT_MAPPED, error) &&
               become_root(parent, error) && work(data, error) && sync_reach(sync, POINT_DONE, error);
}

static bool run_parent(Sync *sync, const IdMap *map, pid_t child, GError **error) {
        return sync_wait(sync, POINT_BORN, error) && id_map_write(map, child, error) &&
               sync_reach(sync, POINT_MAPPED, error) && sync_wait(sync, POINT_DONE, error);
}

bool user_namespace_run(const IdMap *map, UserNamespaceWork work, void *data, GError **error) {
        Sync sync = SYNC_NONE;
        if (!sync_open(&sync, error))
                return false;

        pid_t parent = getpid(), child = fork();
        if (child < 0) {
                sync_close(&sync);
                return fail_errno(error, errno, "Cannot fork");
        }
        if (child == 0) {
                g_autoptr(GError) failure = NULL;
                sync_become_child(&sync);
                if (!run_child(&sync, parent, work, data, &failure)) {
                        sync_fail(&sync, failure);
                        _exit(EXIT_FAILURE);
                }
                _exit(EXIT_SUCCESS);
        }

        sync_become_parent(&sync);
        bool done = run_parent(&sync, map, child, error);
        if (!done)
                kill(child, SIGKILL);
        process_wait(child, NULL);
        sync_close(&sync);
        return done;
}
