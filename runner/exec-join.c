/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One setns() by the payload's pidfd enters all namespaces at once. Its capabilities are looked for from outside, where the
 * user who made a user namespace has all of them in it and below; so it does not matter which of them belong to a pod's or a
 * network's namespace further up. */

#include "runner/exec-join.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
        const char *name;
        int flag;
} kinds[] = {
        {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},  {"pid", CLONE_NEWPID},       {"ipc", CLONE_NEWIPC},
        {"uts", CLONE_NEWUTS},   {"net", CLONE_NEWNET}, {"cgroup", CLONE_NEWCGROUP},
};

static bool fail_ended(GError **error) {
        return fail(error, WOLFFIA_ERROR_NOT_FOUND, "The container has just ended");
}

/* The process id behind a pidfd; proc(5), fdinfo. */
static bool find_pid(int payload_fd, pid_t *ret_pid, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", payload_fd), *text = NULL;
        int pid = -1;

        if (!file_read(AT_FDCWD, path, 4096, &text, NULL, error))
                return false;
        const char *line = strstr(text, "Pid:");
        if (!line || sscanf(line, "Pid: %d", &pid) != 1 || pid <= 0)
                return fail_ended(error);
        *ret_pid = pid;
        return true;
}

static bool find_namespaces(pid_t pid, int *ret_flags, GError **error) {
        *ret_flags = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
                g_autofree char *theirs = g_strdup_printf("/proc/%d/ns/%s", (int) pid, kinds[i].name);
                g_autofree char *ours = g_strdup_printf("/proc/self/ns/%s", kinds[i].name);
                struct stat a, b;

                if (stat(theirs, &a) < 0 || stat(ours, &b) < 0) {
                        if (errno == ENOENT || errno == ESRCH)
                                return fail_ended(error);
                        return fail_errno(error, errno, "Cannot look at the container's %s namespace",
                                          kinds[i].name);
                }
                if (a.st_dev != b.st_dev || a.st_ino != b.st_ino)
                        *ret_flags |= kinds[i].flag;
        }
        return true;
}

/* The payload's own cgroup: a systemd in a container moves itself into one further down, where alone it is allowed. */
static bool open_cgroup(pid_t pid, int *ret_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/cgroup", (int) pid), *text = NULL, *own = NULL;

        if (!file_read(AT_FDCWD, path, 0, &text, NULL, error) ||
            !file_read(AT_FDCWD, "/proc/self/cgroup", 0, &own, NULL, error))
                return false;
        *ret_fd = -1;
        if (g_str_equal(text, own))
                return true;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                if (!g_str_has_prefix(*line, "0::"))
                        continue;
                g_autofree char *folder = g_strconcat("/sys/fs/cgroup", *line + 3, NULL);
                *ret_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                return *ret_fd >= 0 ||
                       fail_errno(error, errno, "Cannot open the container's cgroup %s", folder);
        }
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "The container is in no cgroup of the unified hierarchy");
}

bool exec_join_find(int payload_fd, ExecPlace *ret_place, GError **error) {
        ExecPlace place = {.payload_fd = payload_fd, .cgroup_fd = -1};
        pid_t pid, still;

        if (!find_pid(payload_fd, &pid, error) || !find_namespaces(pid, &place.namespaces, error) ||
            !open_cgroup(pid, &place.cgroup_fd, error))
                return false;
        /* Nobody has taken the number meanwhile. */
        if (!find_pid(payload_fd, &still, error)) {
                cleanup_fd(&place.cgroup_fd);
                return false;
        }
        *ret_place = place;
        return true;
}

bool exec_join_spawn(const ExecPlace *place, pid_t *ret_child, int *ret_child_fd, GError **error) {
        /* The cgroup namespace comes later: with it, we would be outside of it, and the kernel lets nobody in from there
         * (cgroups(7), nsdelegate). */
        int namespaces = place->namespaces & ~CLONE_NEWCGROUP;
        int child_fd = -1;
        struct clone_args arguments = {
                .flags = CLONE_PIDFD,
                .pidfd = (guint64) (gsize) &child_fd,
                .exit_signal = SIGCHLD,
        };

        if (namespaces && setns(place->payload_fd, namespaces) < 0)
                return errno == ESRCH ? fail_ended(error)
                                      : fail_errno(error, errno, "Cannot enter the container's namespaces");
        if (place->cgroup_fd >= 0) {
                arguments.flags |= CLONE_INTO_CGROUP;
                arguments.cgroup = (guint64) place->cgroup_fd;
        }
        long child = syscall(SYS_clone3, &arguments, sizeof arguments);
        if (child < 0)
                return errno == ENOMEM
                               ? fail_ended(error) /* of a process namespace whose process 1 is gone */
                               : fail_errno(error, errno, "Cannot make a process in the container");
        *ret_child = (pid_t) child;
        *ret_child_fd = child_fd;
        return true;
}

bool exec_join_complete(const ExecPlace *place, GError **error) {
        /* From a user namespace below the container's (runner/security-single.h) nobody gets into it; then the command sees the
         * name of the cgroup that it is in, and no more. */
        if ((place->namespaces & CLONE_NEWCGROUP) && setns(place->payload_fd, CLONE_NEWCGROUP) < 0 &&
            !(errno == EPERM && getuid() != 0))
                return fail_errno(error, errno, "Cannot enter the container's cgroup namespace");
        /* A single id may have another name there, which is ours as well (runner/security-single.h). */
        if ((setresgid(0, 0, 0) < 0 && errno != EINVAL) || (setresuid(0, 0, 0) < 0 && errno != EINVAL))
                return fail_errno(error, errno, "Cannot become root of the container");
        return true;
}
