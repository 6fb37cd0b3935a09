/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kernel parameters: which are a container's own, and writing them. */

#include "runner/security-sysctl.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HOST_NAME_PATH   "kernel/hostname"
#define DOMAIN_NAME_PATH "kernel/domainname"
#define SOMAXCONN_PATH   "net/core/somaxconn"

/* Parameters of an ipc namespace, ipc_namespaces(7). */
static const char *const ipc_paths[] = {
        "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni",          "kernel/sem",
        "kernel/shmall", "kernel/shmmax", "kernel/shm_rmid_forced", "kernel/shmmni",
};

/* Parameters that people try, and what to do instead. The first that fits is told. */
static const struct {
        const char *prefix;
        const char *advice;
} host_paths[] = {
        {"vm/max_map_count",
         "it is the host's: 'sysctl -w vm.max_map_count=262144' there, and a file in /etc/sysctl.d/"},
        {"vm/overcommit_memory",
         "it is the host's: 'sysctl -w vm.overcommit_memory=1' there; redis also runs without"},
        {"vm/", "memory management is the host's"},
        {"fs/inotify/", "it is counted per user of the host, and set there"},
        {"fs/", "files and their limits are the host's (fs.mqueue.* is the container's)"},
        {"user/", "limits of namespaces are the host's to set"},
        {"kernel/",
         "it is the host's (kernel.shm*, msg*, sem, hostname and domainname are the container's)"},
};

/* As sysctl(8): the first separator decides; with dots, a slash inside a part is a dot of the name
 * (eth0/100). */
static char *normalise(const char *name) {
        char *path = g_strdup(name);
        bool has_dots = path[strcspn(path, "./")] == '.';

        for (char *c = path; has_dots && *c; c++) {
                if (*c == '.')
                        *c = '/';
                else if (*c == '/')
                        *c = '.';
        }
        return path;
}

static bool is_clean(const char *path) {
        g_auto(GStrv) parts = g_strsplit(path, "/", -1);

        for (char **part = parts; *part; part++)
                if (**part == '\0' || g_str_equal(*part, ".") || g_str_equal(*part, ".."))
                        return false;
        return g_strv_length(parts) >= 2;
}

static bool is_of_ipc(const char *path) {
        for (gsize i = 0; i < G_N_ELEMENTS(ipc_paths); i++)
                if (g_str_equal(path, ipc_paths[i]))
                        return true;
        return g_str_has_prefix(path, "fs/mqueue/");
}

static bool check_owner(const char *path, guint64 foreign, const char *text, GError **error) {
        if (g_str_has_prefix(path, "net/"))
                return !(foreign & CLONE_NEWNET) ||
                       fail(error, WOLFFIA_ERROR_VALUE,
                            "Sysctl=%s: with Network=host the network is the host's; set it there", text);
        if (g_str_equal(path, HOST_NAME_PATH) || g_str_equal(path, DOMAIN_NAME_PATH))
                return true;
        if (is_of_ipc(path))
                return !(foreign & CLONE_NEWIPC) ||
                       fail(error, WOLFFIA_ERROR_VALUE,
                            "Sysctl=%s: with --ipc=host it is the host's; set it there", text);
        for (gsize i = 0; i < G_N_ELEMENTS(host_paths); i++)
                if (g_str_has_prefix(path, host_paths[i].prefix))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "Sysctl=%s: a container cannot have its own, %s", text,
                                    host_paths[i].advice);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "Sysctl=%s: a container cannot have its own; net.*, fs.mqueue.*, kernel.shm*, "
                    "kernel.msg* and "
                    "kernel.sem it can",
                    text);
}

bool security_sysctl_parse(const char *text, guint64 foreign, char **ret_path, const char **ret_value,
                           GError **error) {
        const char *equals = strchr(text, '=');
        if (!equals || equals == text)
                return fail(error, WOLFFIA_ERROR_VALUE, "Sysctl=%s: this should be NAME=VALUE", text);

        g_autofree char *name = g_strndup(text, (gsize) (equals - text));
        g_autofree char *path = normalise(g_strstrip(name));
        if (!is_clean(path))
                return fail(error, WOLFFIA_ERROR_VALUE, "Sysctl=%s: '%s' is not the name of a parameter",
                            text, name);
        if (!check_owner(path, foreign, text, error))
                return false;

        *ret_path = g_steal_pointer(&path);
        *ret_value = equals + 1;
        return true;
}

static guint64 count_covered(const GArray *extents, guint64 low, guint64 high) {
        guint64 count = 0;

        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                if (extent->outside >= low && (guint64) extent->outside + extent->count - 1 <= high)
                        count += extent->count;
        }
        return count;
}

char *security_sysctl_print_ping_range(const IdMap *map) {
        const GArray *extents = map->groups;
        guint64 best = 0;
        guint32 best_low = 0, best_high = 0;

        /* The kernel compares ids of the host, and a map may put them in any order (keep-id does): so the
         * range goes from the start of one extent to the end of another, whichever pair covers most. */
        for (guint i = 0; i < extents->len; i++)
                for (guint j = 0; j < extents->len; j++) {
                        const IdExtent *low = &g_array_index(extents, IdExtent, i);
                        const IdExtent *high = &g_array_index(extents, IdExtent, j);
                        guint32 high_inside = high->inside + high->count - 1;
                        guint32 high_outside = high->outside + high->count - 1;

                        if (high_inside < low->inside || high_outside < low->outside)
                                continue;
                        guint64 count = count_covered(extents, low->outside, high_outside);
                        if (count > best) {
                                best = count;
                                best_low = low->inside;
                                best_high = high_inside;
                        }
                }
        return g_strdup_printf("%u %u", best_low, best_high);
}

/* A process sees its own namespaces' parameters in any /proc. A read-only one is worked around by one that
 * nobody else sees and that goes with its descriptor. */
static int open_fresh_proc(void) {
        autofd int context_fd = (int) syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
        if (context_fd < 0 || syscall(SYS_fsconfig, context_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
                return -1;
        return (int) syscall(SYS_fsmount, context_fd, FSMOUNT_CLOEXEC, 0);
}

static int open_parameter(int proc_fd, const char *path) {
        struct open_how how = {.flags = O_WRONLY | O_CLOEXEC,
                               .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
        g_autofree char *full = g_build_filename("sys", path, NULL);

        return (int) syscall(SYS_openat2, proc_fd, full, &how, sizeof how);
}

static bool fail_to_set(int errno_value, const char *path, const char *value, GError **error) {
        /* Each network has its own, but the file was hidden where a user owns the network. */
        if (errno_value == ENOENT && g_str_equal(path, SOMAXCONN_PATH))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Sysctl=: this kernel lets only the host's root set %s; from Linux 6.3 on a "
                            "container's root can. Leave it out: 4096 connections may wait without it",
                            path);
        if (errno_value == ENOENT)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Sysctl=: there is no %s in the container: this kernel has none, or only for "
                            "the host",
                            path);
        if (errno_value == EINVAL || errno_value == ERANGE)
                return fail(error, WOLFFIA_ERROR_VALUE, "Sysctl=: the kernel does not take '%s' for %s",
                            value, path);
        if (errno_value == EACCES && !g_str_has_prefix(path, "net/"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Sysctl=: this kernel lets only the host's root set %s; from Linux 6.9 on a "
                            "container's root "
                            "can",
                            path);
        if (errno_value == EACCES || errno_value == EPERM)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "Sysctl=: only the host's root can set %s",
                            path);
        return fail_errno(error, errno_value, "Sysctl=: cannot set %s to '%s'", path, value);
}

static bool write_parameter(int *proc_fd, const char *path, const char *value, GError **error) {
        autofd int fd = open_parameter(*proc_fd, path);

        if (fd < 0 && errno == EROFS) {
                int fresh_fd = open_fresh_proc();
                if (fresh_fd >= 0) {
                        close(*proc_fd);
                        *proc_fd = fresh_fd;
                        fd = open_parameter(*proc_fd, path);
                } else
                        errno = EROFS;
        }
        if (fd < 0 || write(fd, value, strlen(value)) < 0)
                return fail_to_set(errno, path, value, error);
        return true;
}

static bool set_parameter(int *proc_fd, const char *path, const char *value, GError **error) {
        /* Their files are the host root's, whatever the namespace. */
        if (g_str_equal(path, HOST_NAME_PATH))
                return sethostname(value, strlen(value)) == 0 || fail_to_set(errno, path, value, error);
        if (g_str_equal(path, DOMAIN_NAME_PATH))
                return setdomainname(value, strlen(value)) == 0 || fail_to_set(errno, path, value, error);
        return write_parameter(proc_fd, path, value, error);
}

bool security_sysctl_apply(const GPtrArray *sysctls, guint64 foreign, const IdMap *map, GError **error) {
        bool has_own = sysctls && sysctls->len > 0, own_network = !(foreign & CLONE_NEWNET);

        if (!own_network && !has_own)
                return true;

        autofd int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (proc_fd < 0)
                return fail_errno(error, errno, "Cannot open /proc");

        if (own_network) {
                g_autofree char *range = security_sysctl_print_ping_range(map);
                /* NULL: comforts, and no reason not to start (a kernel without IPv4 has neither). */
                write_parameter(&proc_fd, "net/ipv4/ping_group_range", range, NULL);
                write_parameter(&proc_fd, "net/ipv4/ip_unprivileged_port_start", "0", NULL);
        }

        for (guint i = 0; i < (has_own ? sysctls->len : 0); i++) {
                g_autofree char *path = NULL;
                const char *value;
                if (!security_sysctl_parse(sysctls->pdata[i], foreign, &path, &value, error) ||
                    !set_parameter(&proc_fd, path, value, error))
                        return false;
        }
        return true;
}
