/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How it works
 *
 * The order is the plan's meaning. The file systems that every Linux program expects come first (OCI runtime
 * specification, config-linux.md, "Default Filesystems"), then files of ours over the image's, then what the
 * user asked for, sorted so that /data comes before /data/cache, and at the end what hides parts of /proc
 * and /sys: nothing that a user or an image mounts can uncover them. */

#include "runner/mount-plan.h"

#include "base/error.h"
#include "base/path.h"
#include "runner/security-paths.h"
#include "spec/value-basic.h"
#include "spec/value-volume.h"

#include <dlfcn.h>
#include <errno.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

/* Nodes that cannot be made in a user namespace, so the host's are bound. */
static const char *const device_nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};

static const struct {
        const char *target, *source;
} device_links[] = {
        {"/dev/fd", "/proc/self/fd"},       {"/dev/stdin", "/proc/self/fd/0"},
        {"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
        {"/dev/ptmx", "pts/ptmx"},          {"/dev/core", "/proc/kcore"},
};

static void step_free(MountStep *step) {
        g_free(step->target);
        g_free(step->source);
        g_free(step->type);
        g_free(step->options);
        g_free(step->origin);
        g_free(step);
}

static MountStep *add_step(GPtrArray *steps, MountKind kind, const char *target, const char *source) {
        MountStep *step = g_new0(MountStep, 1);

        step->kind = kind;
        step->target = g_strdup(target);
        step->source = g_strdup(source);
        g_ptr_array_add(steps, step);
        return step;
}

static MountStep *add_file_system(GPtrArray *steps, const char *type, const char *target, guint64 attributes,
                                  const char *options) {
        MountStep *step = add_step(steps, MOUNT_FILE_SYSTEM, target, NULL);

        step->type = g_strdup(type);
        step->attributes = attributes;
        step->options = g_strdup(options);
        return step;
}

static void plan_kernel(GPtrArray *steps, const MountFacts *facts) {
        add_file_system(steps, "proc", "/proc", SAFE | MOUNT_ATTR_NOEXEC, NULL);

        MountStep *sys =
                add_file_system(steps, "sysfs", "/sys", SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, NULL);
        sys->source = g_strdup("/sys");
        sys->is_fallback_bind = true;
        if (!facts->own_network)
                sys->kind = MOUNT_BIND;

        MountStep *cgroup = add_file_system(steps, "cgroup2", "/sys/fs/cgroup",
                                            SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, NULL);
        cgroup->source = g_strdup("/sys/fs/cgroup");
        cgroup->is_fallback_bind = true;
}

static bool plan_devices(GPtrArray *steps, const ContainerSpec *spec, const MountFacts *facts,
                         GError **error) {
        guint64 bytes;

        if (!value_size_parse(spec->shm_size ? spec->shm_size : "64m", &bytes, error))
                return fail_prefix(error, "ShmSize=");
        g_autofree char *shm_size = g_strdup_printf("mode=1777,size=%" G_GUINT64_FORMAT, bytes);

        add_file_system(steps, "tmpfs", "/dev", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                        "mode=755,size=64k,nr_inodes=1k");
        for (size_t i = 0; i < G_N_ELEMENTS(device_nodes); i++) {
                g_autofree char *path = g_strconcat("/dev/", device_nodes[i], NULL);
                add_step(steps, MOUNT_BIND, path, path)->attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
        }
        for (size_t i = 0; i < G_N_ELEMENTS(device_links); i++)
                add_step(steps, MOUNT_LINK, device_links[i].target, device_links[i].source);
        add_file_system(steps, "devpts", "/dev/pts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                        facts->has_tty_group ? "newinstance,ptmxmode=0666,mode=0620,gid=5"
                                             : "newinstance,ptmxmode=0666,mode=0620");
        add_file_system(steps, "tmpfs", "/dev/shm", SAFE | MOUNT_ATTR_NOEXEC, shm_size);
        add_file_system(steps, "mqueue", "/dev/mqueue", SAFE | MOUNT_ATTR_NOEXEC, NULL);
        return true;
}

static bool has_target(const GPtrArray *steps, const char *target) {
        for (guint i = 0; i < steps->len; i++)
                if (g_str_equal(((const MountStep *) steps->pdata[i])->target, target))
                        return true;
        return false;
}

static void plan_own_files(GPtrArray *steps, const MountFacts *facts) {
        static const char *const names[] = {"hosts", "hostname", "resolv.conf"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *source = g_build_filename(facts->etc_dir, names[i], NULL);
                g_autofree char *target = g_strconcat("/etc/", names[i], NULL);
                if (has_target(steps, target)) /* the user has an own one */
                        continue;
                add_step(steps, MOUNT_BIND, target, source)->attributes = SAFE | MOUNT_ATTR_NOEXEC;
        }
        if (facts->notify_dir)
                add_step(steps, MOUNT_BIND, "/run/notify", facts->notify_dir)->attributes =
                        SAFE | MOUNT_ATTR_NOEXEC;
        if (facts->init_path)
                add_step(steps, MOUNT_BIND, "/run/podman-init", facts->init_path)->attributes =
                        SAFE | MOUNT_ATTR_RDONLY;
}

/* libmount brings blkid, SELinux and a regular expression library along, 1 ms of each start, and is needed
 * only where a file of the user's has mount options: so it is loaded only then. */
typedef struct LibMount {
        int (*split_optstr)(const char *options, char **user, char **vfs, char **fs, int ignore_user,
                            int ignore_vfs);
        int (*get_flags)(const char *options, unsigned long *flags, const struct libmnt_optmap *map);
        const struct libmnt_optmap *(*get_optmap)(int id);
} LibMount;

static const LibMount *load_libmount(void) {
        static LibMount library;
        static const char *const names[] = {"mnt_split_optstr", "mnt_optstr_get_flags",
                                            "mnt_get_builtin_optmap"};
        void *targets[] = {&library.split_optstr, &library.get_flags, &library.get_optmap};

        void *handle = library.get_optmap ? NULL : dlopen("libmount.so.1", RTLD_NOW | RTLD_LOCAL);
        for (size_t i = 0; handle && i < G_N_ELEMENTS(names); i++) {
                void *symbol = dlsym(handle, names[i]);
                memcpy(targets[i], &symbol, sizeof symbol); /* as in base/log.c */
        }
        return library.split_optstr && library.get_flags && library.get_optmap ? &library : NULL;
}

bool mount_plan_split_options(const char *options, guint64 *ret_attributes, char **ret_rest,
                              GError **error) {
        static const struct {
                unsigned long flag;
                guint64 attribute;
        } known[] = {
                {MS_RDONLY, MOUNT_ATTR_RDONLY},         {MS_NOSUID, MOUNT_ATTR_NOSUID},
                {MS_NODEV, MOUNT_ATTR_NODEV},           {MS_NOEXEC, MOUNT_ATTR_NOEXEC},
                {MS_NOATIME, MOUNT_ATTR_NOATIME},       {MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
                {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME}, {MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
        };
        char *kernel = NULL, *rest = NULL;
        unsigned long flags = 0;

        const LibMount *library = load_libmount();
        if (!library)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The mount options '%s' cannot be read without libmount ('apt install libmount1')",
                        options);
        int result = library->split_optstr(options, NULL, &kernel, &rest, 0, 0);
        if (result == 0 && kernel)
                result = library->get_flags(kernel, &flags, library->get_optmap(MNT_LINUX_MAP));
        free(kernel);
        if (result < 0) {
                free(rest);
                return fail_errno(error, result, "Cannot read the mount options '%s'", options);
        }

        *ret_attributes = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (flags & known[i].flag)
                        *ret_attributes |= known[i].attribute;
        *ret_rest = g_strdup(rest);
        free(rest);
        return true;
}

static bool plan_tmpfs(GPtrArray *steps, const char *text, GError **error) {
        g_autofree char *target = NULL, *options = NULL, *rest = NULL;
        guint64 attributes = 0;

        if (!value_tmpfs_parse(text, &target, &options, error))
                return false;
        if (options && !mount_plan_split_options(options, &attributes, &rest, error))
                return false;

        /* podman-run(1): rw,noexec,nosuid,nodev unless the options say otherwise; a folder for all like
         * /tmp. */
        if (!options || !strstr(options, "exec"))
                attributes |= MOUNT_ATTR_NOEXEC;
        g_autofree char *all = rest && strstr(rest, "mode=")
                                       ? g_strdup(rest)
                                       : g_strconcat("mode=1777", rest ? "," : "", rest, NULL);
        MountStep *step = add_file_system(steps, "tmpfs", target, attributes | SAFE, all);
        step->origin = g_strdup_printf("Tmpfs=%s", text);
        return true;
}

static bool plan_volume(GPtrArray *steps, const char *text, GError **error) {
        g_autoptr(Volume) volume = NULL;

        if (!value_volume_parse(text, &volume, error))
                return false;
        if (volume->kind != VOLUME_PATH)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Volume=%s: named volumes come with a later version; write a folder of the host "
                            "(Volume=%%h/data:%s)",
                            text, volume->target);
        if (volume->overlay || volume->change_owner)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Volume=%s: the options O and U come with a later version", text);

        MountStep *step = add_step(steps, MOUNT_BIND, volume->target, volume->source);
        step->attributes = volume->read_only ? MOUNT_ATTR_RDONLY : 0;
        step->attributes |= volume->no_exec ? MOUNT_ATTR_NOEXEC : 0;
        step->attributes |= SAFE;
        step->origin = g_strdup_printf("Volume=%s", text);
        step->is_created = true;
        return true;
}

static int compare_targets(const void *a, const void *b) {
        const MountStep *const *left = a, *const *right = b;

        return strcmp((*left)->target, (*right)->target);
}

/* podman-run(1), --read-only-tmpfs: on by default, without effect unless --read-only is there. What the user
 * mounts there instead comes first. */
static void plan_writable(GPtrArray *own, const ContainerSpec *spec) {
        static const struct {
                const char *target, *options;
        } folders[] = {{"/run", "mode=755"}, {"/tmp", "mode=1777"}, {"/var/tmp", "mode=1777"}};

        if (spec->read_only != TRISTATE_YES || spec->read_only_tmpfs == TRISTATE_NO)
                return;
        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
                if (!has_target(own, folders[i].target))
                        add_file_system(own, "tmpfs", folders[i].target, SAFE, folders[i].options);
}

static bool plan_user(GPtrArray *steps, const ContainerSpec *spec, GError **error) {
        g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func((GDestroyNotify) step_free);

        for (guint i = 0; i < spec->tmpfs->len; i++)
                if (!plan_tmpfs(own, spec->tmpfs->pdata[i], error))
                        return false;
        for (guint i = 0; i < spec->volumes->len; i++)
                if (!plan_volume(own, spec->volumes->pdata[i], error))
                        return false;

        plan_writable(own, spec);

        /* A stable sort: of two mounts on one target the one written later ends up on top. */
        g_ptr_array_sort(own, compare_targets);
        g_ptr_array_set_free_func(own, NULL);
        g_ptr_array_extend_and_steal(steps, g_steal_pointer(&own));
        return true;
}

static void plan_hiding(GPtrArray *steps) {
        for (const SecurityPath *path = security_masked_paths; path->path; path++)
                add_step(steps, MOUNT_MASK, path->path, NULL);
        for (const SecurityPath *path = security_read_only_paths; path->path; path++)
                add_step(steps, MOUNT_READ_ONLY, path->path, NULL);
}

bool mount_plan(const ContainerSpec *spec, const MountFacts *facts, GPtrArray **ret_steps, GError **error) {
        g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func((GDestroyNotify) step_free);

        plan_kernel(steps, facts);
        if (!plan_devices(steps, spec, facts, error) || !plan_user(steps, spec, error))
                return false;
        plan_own_files(steps, facts);
        plan_hiding(steps);
        *ret_steps = g_steal_pointer(&steps);
        return true;
}
