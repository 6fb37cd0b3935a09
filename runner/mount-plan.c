/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How it works
 *
 * The order is the plan's meaning. The file systems that every Linux program expects come first (OCI runtime
 * specification, config-linux.md, "Default Filesystems"), then files of ours over the image's, then what the
 * user asked for, sorted so that /data comes before /data/cache, and at the end what hides parts of /proc
 * and /sys: nothing that a user or an image mounts can uncover them. */

#include "runner/mount-plan.h"

#include "base/error.h"
#include "runner/mount-devices.h"
#include "runner/mount-user.h"
#include "runner/security-paths.h"
#include "spec/value-basic.h"

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

static void plan_kernel(GPtrArray *steps, const MountFacts *facts) {
        mount_step_add_file_system(steps, "proc", "/proc", SAFE | MOUNT_ATTR_NOEXEC, NULL);

        MountStep *sys = mount_step_add_file_system(steps, "sysfs", "/sys",
                                                    SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, NULL);
        sys->source = g_strdup("/sys");
        sys->is_fallback_bind = true;
        if (!facts->own_network)
                sys->kind = MOUNT_BIND;

        MountStep *cgroup = mount_step_add_file_system(steps, "cgroup2", "/sys/fs/cgroup",
                                                       SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, NULL);
        /* Writable, it must be the container's own: never the host's. */
        if (facts->is_systemd)
                cgroup->attributes &= ~(guint64) MOUNT_ATTR_RDONLY;
        else
                cgroup->source = g_strdup("/sys/fs/cgroup");
        cgroup->is_fallback_bind = !facts->is_systemd;
}

bool mount_plan_memory(const char *shm_size, char **ret_options, GError **error) {
        guint64 bytes;

        if (!value_size_parse(shm_size ? shm_size : "64m", &bytes, error))
                return fail_prefix(error, "ShmSize=");
        *ret_options = g_strdup_printf("mode=1777,size=%" G_GUINT64_FORMAT, bytes);
        return true;
}

static void bind_host(GPtrArray *steps, const char *path) {
        mount_step_add(steps, MOUNT_BIND, path, path)->attributes = SAFE | MOUNT_ATTR_NOEXEC;
}

static bool plan_devices(GPtrArray *steps, const ContainerSpec *spec, const MountFacts *facts,
                         GError **error) {
        g_autofree char *shm_options = NULL;

        if (!mount_plan_memory(spec->shm_size, &shm_options, error))
                return false;
        mount_step_add_file_system(steps, "tmpfs", "/dev", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                                   "mode=755,size=64k,nr_inodes=1k");
        for (size_t i = 0; i < G_N_ELEMENTS(device_nodes); i++) {
                g_autofree char *path = g_strconcat("/dev/", device_nodes[i], NULL);
                mount_step_add(steps, MOUNT_BIND, path, path)->attributes =
                        MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
        }
        for (size_t i = 0; i < G_N_ELEMENTS(device_links); i++)
                mount_step_add(steps, MOUNT_LINK, device_links[i].target, device_links[i].source);
        mount_step_add_file_system(steps, "devpts", "/dev/pts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                                   facts->has_tty_group ? "newinstance,ptmxmode=0666,mode=0620,gid=5"
                                                        : "newinstance,ptmxmode=0666,mode=0620");
        if (container_spec_shares_ipc(spec)) {
                bind_host(steps, "/dev/shm");
                if (facts->has_queues)
                        bind_host(steps, "/dev/mqueue");
                return true;
        }
        /* Message queues of a shared ipc namespace can be seen by its owner only, and work all the same. */
        if (facts->shm_dir) {
                MountStep *shm = mount_step_add(steps, MOUNT_BIND, "/dev/shm", facts->shm_dir);
                shm->attributes = SAFE | MOUNT_ATTR_NOEXEC;
                shm->given_fd = facts->shm_fd;
                return true;
        }
        mount_step_add_file_system(steps, "tmpfs", "/dev/shm", SAFE | MOUNT_ATTR_NOEXEC, shm_options);
        mount_step_add_file_system(steps, "mqueue", "/dev/mqueue", SAFE | MOUNT_ATTR_NOEXEC, NULL);
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
                mount_step_add(steps, MOUNT_BIND, target, source)->attributes = SAFE | MOUNT_ATTR_NOEXEC;
        }
        if (facts->time_zone_path && !has_target(steps, "/etc/localtime")) {
                MountStep *zone = mount_step_add(steps, MOUNT_BIND, "/etc/localtime", facts->time_zone_path);
                zone->attributes = SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;
                zone->covers_link = true;
        }
        if (facts->notify_dir)
                mount_step_add(steps, MOUNT_BIND, "/run/notify", facts->notify_dir)->attributes =
                        SAFE | MOUNT_ATTR_NOEXEC;
        if (facts->init_path)
                mount_step_add(steps, MOUNT_BIND, "/run/podman-init", facts->init_path)->attributes =
                        SAFE | MOUNT_ATTR_RDONLY;
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
                        mount_step_add_file_system(own, "tmpfs", folders[i].target, SAFE, folders[i].options)
                                ->copies_up = true;
}

/* systemd.io/CONTAINER_INTERFACE: /run is to be fresh; the others as podman-run(1), --systemd=. */
static void plan_systemd(GPtrArray *own) {
        static const struct {
                const char *target, *options;
        } folders[] = {{"/run", "mode=755"},
                       {"/run/lock", "mode=1777"},
                       {"/tmp", "mode=1777"},
                       {"/var/log/journal", "mode=755"}};

        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
                if (!has_target(own, folders[i].target))
                        mount_step_add_file_system(own, "tmpfs", folders[i].target, SAFE,
                                                   folders[i].options);
}

static bool plan_user(GPtrArray *steps, MountPlanning *planning, GError **error) {
        const ContainerSpec *spec = planning->spec;
        const struct {
                const GPtrArray *list;
                bool (*plan)(MountPlanning *planning, const char *text, GError **error);
        } parts[] = {
                {spec->devices, mount_devices_plan},
                {spec->tmpfs, mount_user_plan_tmpfs},
                {spec->volumes, mount_user_plan_volume},
                {spec->mounts, mount_user_plan_mount},
        };
        g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func((GDestroyNotify) mount_step_free);

        planning->own = own;
        if (spec->rootfs && !mount_user_plan_rootfs(planning, spec->rootfs, error))
                return false;
        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
                for (guint j = 0; j < parts[i].list->len; j++)
                        if (!parts[i].plan(planning, parts[i].list->pdata[j], error))
                                return false;

        for (const char *const *target = planning->facts->image_volumes; target && *target; target++)
                mount_user_plan_image_volume(planning, *target);
        /* Images name folders that they do not hold; podman makes those, and no others. */
        const char *folder = planning->facts->image_folder;
        if (folder && folder[0] == '/')
                mount_step_add(own, MOUNT_FOLDER, folder, NULL)->origin =
                        g_strdup_printf("The image's working directory %s", folder);
        plan_writable(own, spec);
        if (planning->facts->is_systemd)
                plan_systemd(own);

        /* A stable sort: of two mounts on one target the one written later ends up on top. */
        g_ptr_array_sort(own, compare_targets);
        g_ptr_array_set_free_func(own, NULL);
        g_ptr_array_extend_and_steal(steps, g_steal_pointer(&own));
        return true;
}

/* Unmask=: a path, a pattern, or ALL. Several may stand in one word, with colons between them. */
static bool is_unmasked(const ContainerSpec *spec, const char *path) {
        /* Who sets labels looks there for what the policy has. */
        if (spec->label_nested == TRISTATE_YES && g_str_equal(path, "/sys/fs/selinux"))
                return true;
        for (guint i = 0; i < spec->unmasked->len; i++) {
                g_auto(GStrv) words = g_strsplit(spec->unmasked->pdata[i], ":", -1);
                for (char **word = words; *word; word++)
                        if (g_ascii_strcasecmp(*word, "ALL") == 0 || g_pattern_match_simple(*word, path))
                                return true;
        }
        return false;
}

static bool plan_hiding(GPtrArray *steps, const ContainerSpec *spec, GError **error) {
        for (const SecurityPath *path = security_masked_paths; path->path; path++)
                if (!is_unmasked(spec, path->path))
                        mount_step_add(steps, MOUNT_MASK, path->path, NULL);
        for (const SecurityPath *path = security_read_only_paths; path->path; path++)
                if (!is_unmasked(spec, path->path))
                        mount_step_add(steps, MOUNT_READ_ONLY, path->path, NULL);
        for (guint i = 0; i < spec->masked->len; i++) {
                g_auto(GStrv) words = g_strsplit(spec->masked->pdata[i], ":", -1);
                for (char **word = words; *word; word++) {
                        if (**word != '/')
                                return fail(error, WOLFFIA_ERROR_VALUE,
                                            "Mask=%s: '%s' does not start with '/'",
                                            (const char *) spec->masked->pdata[i], *word);
                        mount_step_add(steps, MOUNT_MASK, *word, NULL)->origin =
                                g_strdup_printf("Mask=%s", *word);
                }
        }
        return true;
}

static void note_memory(const MountPlan *plan, const ContainerSpec *spec, const MountFacts *facts) {
        if (!spec->shm_size)
                return;
        if (container_spec_shares_ipc(spec))
                g_ptr_array_add(
                        plan->notices,
                        g_strdup("ShmSize= is without effect: with --ipc=host /dev/shm is the host's"));
        else if (facts->shm_dir)
                g_ptr_array_add(plan->notices,
                                g_strdup("ShmSize= is without effect: members share /dev/shm of their pod; "
                                         "write it into the .pod file"));
}

void mount_plan_free(MountPlan *plan) {
        if (!plan)
                return;
        g_ptr_array_unref(plan->steps);
        g_ptr_array_unref(plan->notices);
        g_free(plan);
}

bool mount_plan(const ContainerSpec *spec, const MountFacts *facts, MountPlan **ret_plan, GError **error) {
        g_autoptr(MountPlan) plan = g_new0(MountPlan, 1);
        MountPlanning planning = {.spec = spec, .facts = facts};

        plan->steps = g_ptr_array_new_with_free_func((GDestroyNotify) mount_step_free);
        plan->notices = planning.notices = g_ptr_array_new_with_free_func(g_free);
        plan_kernel(plan->steps, facts);
        if (!plan_devices(plan->steps, spec, facts, error) || !plan_user(plan->steps, &planning, error))
                return false;
        note_memory(plan, spec, facts);
        plan_own_files(plan->steps, facts);
        if (!plan_hiding(plan->steps, spec, error))
                return false;
        *ret_plan = g_steal_pointer(&plan);
        return true;
}
