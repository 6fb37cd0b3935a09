/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A runtime that writes a profile's name to a file of its own choosing has been led to write it elsewhere, and run the payload
 * without (CVE-2019-16884, CVE-2023-28642): the file is reached from the root of a procfs with nothing mounted on the way. */

#include "runner/security-label.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "runner/mount-access.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { CATEGORIES = 1024, PROC_ROOT_INODE = 1 };

static bool is_wanted(const char *profile) {
        return profile && *profile && !g_str_equal(profile, "unconfined");
}

static bool has_apparmor(void) {
        g_autofree char *text = NULL;

        return file_read(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", 16, &text, NULL, NULL) &&
               *text == 'Y';
}

/* selinux_config(5): SELINUXTYPE=targeted. */
static char *find_policy(void) {
        g_autofree char *text = NULL;

        if (!file_read(AT_FDCWD, "/etc/selinux/config", 1 << 16, &text, NULL, NULL))
                return g_strdup("targeted");
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++)
                if (g_str_has_prefix(*line, "SELINUXTYPE="))
                        return g_strdup(g_strstrip(*line + strlen("SELINUXTYPE=")));
        return g_strdup("targeted");
}

/* A line of lxc_contexts, which policies have for all container engines: process = "system_u:system_r:container_t:s0". */
static char *find_context(const char *text, const char *name) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (char **line = lines; *line; line++) {
                g_auto(GStrv) parts = g_strsplit(*line, "=", 2);
                if (parts[0] && parts[1] && g_str_equal(g_strstrip(parts[0]), name)) {
                        g_auto(GStrv) pieces = g_strsplit(parts[1], "\"", 3);
                        if (pieces[0] && pieces[1])
                                return g_strdup(pieces[1]);
                }
        }
        return NULL;
}

void security_label_host_find(SecurityLabelHost *ret_host) {
        SecurityLabelHost host = {.has_apparmor = has_apparmor(),
                                  .has_selinux = mount_access_has_labels("/sys/fs/selinux")};

        if (host.has_selinux) {
                g_autofree char *policy = find_policy(), *text = NULL;
                g_autofree char *path =
                        g_build_filename("/etc/selinux", policy, "contexts/lxc_contexts", NULL);
                (void) file_read(AT_FDCWD, path, 1 << 16, &text, NULL, NULL); /* then the usual ones */
                host.process = find_context(text ? text : "", "process");
                host.file = find_context(text ? text : "", "file");
        }
        *ret_host = host;
}

void security_label_host_clear(SecurityLabelHost *host) {
        g_clear_pointer(&host->process, g_free);
        g_clear_pointer(&host->file, g_free);
}

/* Two categories that few containers share: 523,776 pairs. */
static char *own_level(const char *name) {
        guint32 hash = g_str_hash(name ? name : "");
        guint32 one = hash % CATEGORIES, other = (hash / CATEGORIES) % (CATEGORIES - 1);

        other += other >= one ? 1 : 0;
        return g_strdup_printf("s0:c%u,c%u", MIN(one, other), MAX(one, other));
}

static char *print_label(const char *base, const char *user, const char *role, const char *type,
                         const char *level) {
        g_auto(GStrv) parts = g_strsplit(base, ":", 4);

        if (g_strv_length(parts) < 3)
                return NULL;
        return g_strdup_printf("%s:%s:%s:%s", user ? user : parts[0], role ? role : parts[1],
                               type ? type : parts[2], level);
}

static const char *file_base(const SecurityLabelHost *host) {
        return host->file ? host->file : "system_u:object_r:container_file_t:s0";
}

static bool asks_for_labels(const ContainerSpec *spec) {
        return spec->label_disable != TRISTATE_YES &&
               (spec->label_type || spec->label_file_type || spec->label_level || spec->label_user ||
                spec->label_role || spec->label_nested == TRISTATE_YES);
}

void security_label_plan(const ContainerSpec *spec, const SecurityLabelHost *host, char **ret_process,
                         char **ret_file) {
        const char *process = host->process ? host->process : "system_u:system_r:container_t:s0";
        const char *type = spec->label_type;
        g_autofree char *level = spec->label_level ? g_strdup(spec->label_level) : own_level(spec->name);

        *ret_process = *ret_file = NULL;
        if (!host->has_selinux || !asks_for_labels(spec))
                return;
        if (!type && spec->label_nested == TRISTATE_YES)
                type = "container_engine_t";
        *ret_process = print_label(process, spec->label_user, spec->label_role, type, level);
        *ret_file = print_label(file_base(host), spec->label_user, NULL, spec->label_file_type, level);
}

char *security_label_of_volume(const ContainerSpec *spec, bool is_private) {
        SecurityLabelHost host = {0};
        g_autofree char *level = NULL;

        if (spec->label_disable == TRISTATE_YES)
                return NULL;
        security_label_host_find(&host);
        level = !is_private         ? g_strdup("s0")
                : spec->label_level ? g_strdup(spec->label_level)
                                    : own_level(spec->name);
        char *label = host.has_selinux ? print_label(file_base(&host), spec->label_user, NULL,
                                                     spec->label_file_type, level)
                                       : NULL;
        security_label_host_clear(&host);
        return label;
}

void security_label_load(Run *run) {
        SecurityLabelHost host = {0};

        if (!asks_for_labels(run->spec))
                return;
        security_label_host_find(&host);
        security_label_plan(run->spec, &host, &run->process_label, &run->file_label);
        security_label_host_clear(&host);
}

static void tell_without_selinux(const Run *run) {
        log_entry(
                LOG_NOTICE,
                "SecurityLabelType=, SecurityLabelLevel= and their like have no effect, since SELinux is not in force on this "
                "host; 'sestatus' says why",
                "MESSAGE_ID", MESSAGE_HOST_DEGRADED, "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER",
                run->spec->name, "WOLFFIA_STAGE", run->stage, NULL);
}

bool security_label_choose(Run *run, GError **error) {
        const char *profile = run->spec->apparmor_profile;

        security_label_load(run);
        if (asks_for_labels(run->spec) && !run->process_label)
                tell_without_selinux(run);
        if (!is_wanted(profile) || has_apparmor())
                return true;
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "AppArmor=%s: AppArmor is not in force on this host, so the container would run without the profile; "
                "'aa-enabled' says why (the kernel parameter apparmor=1, or lsm= without it), AppArmor=unconfined does without",
                profile);
}

/* thread-self/attr/NAME of the procfs at /proc, and of nothing that is mounted on it. */
static bool open_attribute(const char *name, int *ret_fd, GError **error) {
        struct statfs kind;
        struct stat status;
        struct open_how how = {.flags = O_WRONLY | O_CLOEXEC,
                               .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS};
        g_autofree char *path = g_strconcat("thread-self/attr/", name, NULL);

        autofd int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (proc_fd < 0 || fstatfs(proc_fd, &kind) < 0 || fstat(proc_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot open /proc");
        if (kind.f_type != PROC_SUPER_MAGIC || status.st_ino != PROC_ROOT_INODE)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "/proc of the container is none of the kernel's, so no profile or label can be set; is a volume "
                        "mounted there?");
        *ret_fd = (int) syscall(SYS_openat2, proc_fd, path, &how, sizeof how);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot open /proc/%s", path);
}

static bool write_attribute(const char *name, const char *text, gsize size, int *ret_errno, GError **error) {
        autofd int fd = -1;

        *ret_errno = 0;
        if (!open_attribute(name, &fd, error))
                return false;
        if (write(fd, text, size) < 0)
                *ret_errno = errno;
        return true;
}

static bool explain_profile(const char *profile, int errno_value, GError **error) {
        if (errno_value == ENOENT)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "AppArmor=%s: the kernel has no such profile; the administrator loads it from its file ('sudo "
                        "apparmor_parser -r /etc/apparmor.d/…'), and 'sudo aa-status' lists those that are loaded",
                        profile);
        if (errno_value == EACCES || errno_value == EPERM)
                return fail_errno(
                        error, errno_value,
                        "AppArmor=%s: the kernel does not let your services change to it: they run under a profile that has no "
                        "'change_profile -> %s' rule, or kernel.apparmor_restrict_unprivileged_unconfined is 1",
                        profile, profile);
        return fail_errno(error, errno_value, "AppArmor=%s: the kernel does not take the profile", profile);
}

static bool apply_profile(const char *profile, GError **error) {
        g_autofree char *command = g_strconcat("exec ", profile, NULL);
        g_autoptr(GError) missing = NULL;
        int refusal;

        /* The second is what kernels before 5.1 have, which give it to one module only. */
        if (!write_attribute("apparmor/exec", command, strlen(command), &refusal, &missing) &&
            (!g_error_matches(missing, ERRNO_ERROR, ENOENT) ||
             !write_attribute("exec", command, strlen(command), &refusal, NULL))) {
                g_propagate_error(error, g_steal_pointer(&missing));
                return false;
        }
        return refusal == 0 || explain_profile(profile, refusal, error);
}

static bool apply_label(const char *label, GError **error) {
        int refusal;

        if (!write_attribute("exec", label, strlen(label) + 1, &refusal, error))
                return false;
        if (refusal == 0)
                return true;
        return fail_errno(
                error, refusal, "The SELinux label %s cannot be the payload's: %s", label,
                refusal == EINVAL
                        ? "the host's policy does not know it ('seinfo -t' lists its types)"
                        : "the host's policy does not allow it to your services ('ausearch -m avc' shows "
                          "what was denied)");
}

bool security_label_apply(const Run *run, GError **error) {
        const char *profile = run->spec->apparmor_profile;

        return (!is_wanted(profile) || apply_profile(profile, error)) &&
               (!run->process_label || apply_label(run->process_label, error));
}
