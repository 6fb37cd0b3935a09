/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One fork, two meeting points: the child has its namespace; the parent has written the map. */

#include "base/user-namespace.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool sysctl_is(const char *path, const char *value) {
        g_autofree char *text = NULL;

        /* A file that is not there is not set. */
        return file_read(AT_FDCWD, path, 64, &text, NULL, NULL) && g_str_equal(g_strstrip(text), value);
}

/* Row U6: what refuses is looked for. */
bool user_namespace_explain(int errno_value, const char *what, GError **error) {
        if (sysctl_is("/proc/sys/user/max_user_namespaces", "0"))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "User namespaces are switched off by the administrator: user.max_user_namespaces is 0; "
                        "'sysctl user.max_user_namespaces=10000' as root allows them");
        if (sysctl_is("/proc/sys/kernel/unprivileged_userns_clone", "0"))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "User namespaces are switched off by the administrator: kernel.unprivileged_userns_clone is "
                        "0; 'sysctl kernel.unprivileged_userns_clone=1' as root allows them");
        if (errno_value == ENOSPC || errno_value == EUSERS)
                return fail_errno(
                        error, errno_value,
                        "The limit of namespaces is reached (user.max_*_namespaces, or 32 levels of nesting)");
        if (errno_value == EPERM && sysctl_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "AppArmor forbids user namespaces to programs without a profile; "
                            "'sysctl kernel.apparmor_restrict_unprivileged_userns=0' as root allows them");
        return fail_errno(error, errno_value, "%s", what);
}

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
                return user_namespace_explain(errno, "Cannot make a user namespace", error);
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
