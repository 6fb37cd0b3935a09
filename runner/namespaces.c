/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Refusals of the kernel are explained here by looking at what refuses (SHORTCOMINGS.md, row U6). */

#include "runner/namespaces.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool sysctl_is(const char *path, const char *value) {
        g_autofree char *text = NULL;

        /* A file that is not there is not set. */
        return file_read(AT_FDCWD, path, 64, &text, NULL, NULL) && g_str_equal(g_strstrip(text), value);
}

static bool explain_refusal(int errno_value, GError **error) {
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
        return fail_errno(error, errno_value, "Cannot make the container's namespaces");
}

bool namespaces_spawn(bool own_network, int cgroup_fd, pid_t *ret_child, GError **error) {
        struct clone_args arguments = {
                .flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                         CLONE_NEWCGROUP,
                .exit_signal = SIGCHLD,
        };

        if (own_network)
                arguments.flags |= CLONE_NEWNET;
        if (cgroup_fd >= 0) {
                arguments.flags |= CLONE_INTO_CGROUP;
                arguments.cgroup = (guint64) cgroup_fd;
        }

        long child = syscall(SYS_clone3, &arguments, sizeof arguments);
        if (child < 0)
                return explain_refusal(errno, error);
        *ret_child = (pid_t) child;
        return true;
}

bool namespaces_become_root(GError **error) {
        if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
                return fail_errno(error, errno, "Cannot become root of the user namespace");
        /* A change of ids clears both. Dumpable, or /proc/PID/ns/ is closed to pasta and to the runner. */
        if (prctl(PR_SET_DUMPABLE, 1) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return fail_errno(error, errno, "Cannot tie the container to its supervisor");
        return true;
}

bool namespaces_open_user(pid_t child, int *ret_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/user", (int) child);
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the container's user namespace");
        *ret_fd = fd;
        return true;
}

bool namespaces_set_host_name(const char *name, GError **error) {
        if (sethostname(name, strlen(name)) < 0)
                return fail_errno(error, errno, "Cannot set the host name '%s' (64 characters at most)",
                                  name);
        return true;
}

bool namespaces_raise_loopback(GError **error) {
        struct ifreq request = {.ifr_name = "lo"};

        autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
                return fail_errno(error, errno, "Cannot look at the loopback interface");
        request.ifr_flags |= IFF_UP;
        if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
                return fail_errno(error, errno, "Cannot raise the loopback interface");
        return true;
}
