/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How it works
 *
 * The order is the plan's meaning. The file systems that every Linux program expects come first (OCI runtime
 * specification, config-linux.md, "Default Filesystems"), then files of ours over the image's, then what the
 * user asked for, sorted so that /data comes before /data/cache, and at the end what hides parts of /proc
 * and /sys: nothing that a user or an image mounts can uncover them. */

#include "runner/mount-plan.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/mount-options.h"
#include "runner/security-paths.h"
#include "spec/value-basic.h"
#include "spec/value-volume.h"

#include <string.h>
#include <sys/mount.h>

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

typedef struct Planning {
        const ContainerSpec *spec;
        const MountFacts *facts;
        GPtrArray *own; /* the user's steps */
        GPtrArray *notices;
} Planning;

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
        g_free(step->first_use.folder);
        cleanup_fd(&step->source_fd);
        g_free(step);
}

static MountStep *add_step(GPtrArray *steps, MountKind kind, const char *target, const char *source) {
        MountStep *step = g_new0(MountStep, 1);

        step->kind = kind;
        step->source_fd = -1;
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
        /* Writable, it must be the container's own: never the host's. */
        if (facts->is_systemd)
                cgroup->attributes &= ~(guint64) MOUNT_ATTR_RDONLY;
        else
                cgroup->source = g_strdup("/sys/fs/cgroup");
        cgroup->is_fallback_bind = !facts->is_systemd;
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
        /* Message queues of a shared ipc namespace can be seen by its owner only, and work all the same. */
        if (facts->shm_dir) {
                add_step(steps, MOUNT_BIND, "/dev/shm", facts->shm_dir)->attributes =
                        SAFE | MOUNT_ATTR_NOEXEC;
                return true;
        }
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

static bool plan_tmpfs(GPtrArray *steps, const char *text, GError **error) {
        g_autofree char *target = NULL, *options = NULL, *rest = NULL;
        guint64 attributes = 0;

        if (!value_tmpfs_parse(text, &target, &options, error))
                return false;
        if (options && !mount_options_split(options, &attributes, &rest, error))
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

static guint64 propagation_flag(VolumePropagation propagation) {
        switch (propagation) {
        case VOLUME_PROPAGATION_DEFAULT:
        case VOLUME_SLAVE: /* as everything here is */
        case VOLUME_RSLAVE:
                return 0;
        case VOLUME_PRIVATE:
        case VOLUME_RPRIVATE:
                return MS_PRIVATE;
        case VOLUME_SHARED:
        case VOLUME_RSHARED:
                return MS_SHARED;
        case VOLUME_UNBINDABLE:
        case VOLUME_RUNBINDABLE:
                return MS_UNBINDABLE;
        }
        g_assert_not_reached();
}

static void add_notices(Planning *planning, const Volume *volume, const char *origin) {
        if (volume->idmap)
                g_ptr_array_add(
                        planning->notices,
                        g_strdup_printf("%s: the kernel maps the ids of a mount for root only, so idmap "
                                        "is left out; UserNS=keep-id or the option U may serve",
                                        origin));
        if (propagation_flag(volume->propagation) == MS_SHARED)
                g_ptr_array_add(
                        planning->notices,
                        g_strdup_printf("%s: what the container mounts there does not reach the host, "
                                        "since the kernel keeps mounts of user namespaces to "
                                        "themselves; rslave brings the host's in",
                                        origin));
}

/* What a step of any kind has of the options of its volume. */
static void configure_step(MountStep *step, const Volume *volume, char *origin) {
        step->attributes |= volume->read_only ? MOUNT_ATTR_RDONLY : 0;
        step->attributes |= volume->no_exec ? MOUNT_ATTR_NOEXEC : 0;
        step->attributes |= volume->suid ? 0 : MOUNT_ATTR_NOSUID;
        step->attributes |= volume->dev ? 0 : MOUNT_ATTR_NODEV;
        step->propagation = propagation_flag(volume->propagation);
        step->is_flat = volume->not_recursive;
        step->change_owner = volume->change_owner;
        step->origin = origin;
}

static const VolumeRecord *find_record(const Planning *planning, const char *name) {
        for (guint i = 0; planning->facts->volumes && i < planning->facts->volumes->len; i++) {
                const MountVolume *volume = &g_array_index(planning->facts->volumes, MountVolume, i);
                if (g_str_equal(volume->name, name))
                        return volume->record;
        }
        return NULL;
}

static bool add_named(Planning *planning, const Volume *volume, MountStep **ret_step, GError **error) {
        const VolumeRecord *record = find_record(planning, volume->source);
        g_autofree char *rest = NULL;
        guint64 attributes = 0;

        if (!record)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "there is no volume '%s'", volume->source);
        if (record->options && !mount_options_split(record->options, &attributes, &rest, error))
                return false;
        g_autofree char *data = volume_record_data_path(record);
        MountStep *step = record->source == VOLUME_SOURCE_TMPFS
                                  ? add_file_system(planning->own, "tmpfs", volume->target, 0, rest)
                                  : add_step(planning->own, volume->overlay ? MOUNT_OVERLAY : MOUNT_BIND,
                                             volume->target, data);
        step->attributes = attributes;
        if (record->source == VOLUME_SOURCE_FOLDER && record->is_fresh) {
                step->first_use = (MountFirstUse){
                        .folder = g_strdup(record->path),
                        .no_copy = record->no_copy || volume->no_copy,
                        .has_uid = record->has_uid,
                        .has_gid = record->has_gid,
                        .uid = record->uid,
                        .gid = record->gid,
                };
        }
        *ret_step = step;
        return true;
}

/* Without a name, what is written there goes with the container: that is so in its root file system anyway. */
static MountStep *add_anonymous(Planning *planning, const Volume *volume) {
        if (planning->spec->read_only != TRISTATE_YES)
                return add_step(planning->own, MOUNT_FOLDER, volume->target, NULL);
        return add_file_system(planning->own, "tmpfs", volume->target, 0, "mode=755");
}

static bool plan_volume(Planning *planning, const char *text, GError **error) {
        g_autoptr(Volume) volume = NULL;
        MountStep *step = NULL;

        if (!value_volume_parse(text, &volume, error))
                return false;
        char *origin = g_strdup_printf("Volume=%s", text);
        add_notices(planning, volume, origin);
        if (volume->kind == VOLUME_ANONYMOUS)
                step = add_anonymous(planning, volume);
        else if (volume->kind == VOLUME_PATH) {
                step = add_step(planning->own, volume->overlay ? MOUNT_OVERLAY : MOUNT_BIND, volume->target,
                                volume->source);
                step->is_created = true;
        } else if (!add_named(planning, volume, &step, error)) {
                g_free(origin);
                return fail_prefix(error, "Volume=%s", text);
        }
        configure_step(step, volume, origin);
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
                        add_file_system(own, "tmpfs", folders[i].target, SAFE, folders[i].options);
}

static bool plan_user(GPtrArray *steps, Planning *planning, GError **error) {
        const ContainerSpec *spec = planning->spec;
        g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func((GDestroyNotify) step_free);

        planning->own = own;
        for (guint i = 0; i < spec->tmpfs->len; i++)
                if (!plan_tmpfs(own, spec->tmpfs->pdata[i], error))
                        return false;
        for (guint i = 0; i < spec->volumes->len; i++)
                if (!plan_volume(planning, spec->volumes->pdata[i], error))
                        return false;

        plan_writable(own, spec);
        if (planning->facts->is_systemd)
                plan_systemd(own);

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

void mount_plan_free(MountPlan *plan) {
        if (!plan)
                return;
        g_ptr_array_unref(plan->steps);
        g_ptr_array_unref(plan->notices);
        g_free(plan);
}

bool mount_plan(const ContainerSpec *spec, const MountFacts *facts, MountPlan **ret_plan, GError **error) {
        g_autoptr(MountPlan) plan = g_new0(MountPlan, 1);
        Planning planning = {.spec = spec, .facts = facts};

        plan->steps = g_ptr_array_new_with_free_func((GDestroyNotify) step_free);
        plan->notices = planning.notices = g_ptr_array_new_with_free_func(g_free);
        plan_kernel(plan->steps, facts);
        if (!plan_devices(plan->steps, spec, facts, error) || !plan_user(plan->steps, &planning, error))
                return false;
        plan_own_files(plan->steps, facts);
        plan_hiding(plan->steps);
        *ret_plan = g_steal_pointer(&plan);
        return true;
}
