/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Only what no later stage can explain is looked at here: an operation that names its own cause is simply
 * tried where it is needed. */

#include "runner/preflight.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <unistd.h>

/* systemd sets it for every option that loads a seccomp filter (MECHANISMS: the table of options). */
bool preflight_check_new_privileges(GError **error) {
        if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || geteuid() == 0)
                return true;
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "The service runs with no_new_privs, so newuidmap cannot map ids; remove NoNewPrivileges=, "
                "SystemCallFilter=, Restrict*=, LockPersonality=, MemoryDenyWriteExecute= and Protect{Clock,Hostname,"
                "KernelModules,KernelTunables}= from [Service] and from drop-ins of it, service.d/ included "
                "('systemctl --user cat' shows them); for the container itself, write NoNewPrivileges=yes into "
                "[Container]");
}

/* Since systemd 254 an option that needs a namespace puts a user service into a user namespace with one
 * id. */
bool preflight_check_user_namespace(GError **error) {
        g_autofree char *text = NULL;
        unsigned inside, outside, count, next;

        if (!file_read(AT_FDCWD, "/proc/self/uid_map", 0, &text, NULL, error))
                return false;
        /* A map that begins with the user alone and goes on is a whole one: `podman unshare` and its like. */
        if (sscanf(text, "%u %u %u %u", &inside, &outside, &count, &next) != 3 || count != 1)
                return true;
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "The service runs in a user namespace that holds the single id %u, so no ids can be mapped; remove "
                "PrivateUsers=, PrivateNetwork=, PrivateTmp=, PrivateIPC=, ProtectSystem=, ProtectHome=, "
                "ReadOnlyPaths= and their like from [Service] and from drop-ins of it, service.d/ included "
                "('systemctl --user cat' shows them); a container is isolated in these ways without them",
                inside);
}

bool preflight_check_cgroup(GError **error) {
        struct statfs status;

        if (statfs("/sys/fs/cgroup", &status) < 0)
                return fail_errno(error, errno, "Cannot look at /sys/fs/cgroup");
        if (status.f_type == CGROUP2_SUPER_MAGIC)
                return true;
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "This system uses cgroup v1, which gives ordinary users no control of resources; start it with the "
                "kernel parameter systemd.unified_cgroup_hierarchy=1 (the default since systemd 244)");
}

bool preflight_check(GError **error) {
        return preflight_check_new_privileges(error) && preflight_check_user_namespace(error) &&
               preflight_check_cgroup(error);
}
