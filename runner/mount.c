/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is mounted is known before there is a child: so a mistake in a value costs no namespace, and notices are the
 * runner's to give. */

#include "runner/mount.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/process.h"
#include "config.h"
#include "runner/beneath.h"
#include "runner/mount-access.h"
#include "runner/mount-apply.h"
#include "runner/mount-images.h"
#include "runner/mount-names.h"
#include "runner/mount-relabel.h"
#include "runner/mount-report.h"
#include "runner/mount-time.h"
#include "runner/payload-switch.h"
#include "runner/payload-systemd.h"
#include "runner/payload-user.h"
#include "runner/pod-memory.h"
#include "runner/secrets.h"
#include "runner/security-label.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static void tell_notices(const Run *run) {
        for (guint i = 0; i < run->mounts->notices->len; i++)
                log_entry(LOG_NOTICE, run->mounts->notices->pdata[i], "MESSAGE_ID", MESSAGE_HOST_DEGRADED,
                          "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER", run->spec->name,
                          "WOLFFIA_STAGE", run->stage, NULL);
}

static void note_server(const Run *run, const MountStep *step) {
        struct statfs status;

        if (id_map_is_single(run->map) || statfs(step->source, &status) < 0)
                return;
        g_autofree char *note = mount_access_note_server(step->source, (long) status.f_type);
        if (note)
                g_ptr_array_add(run->mounts->notices, g_strdup_printf("%s: %s", step->origin, note));
}

/* A slip in a path is an empty folder otherwise, and nobody knows why the files are not there. */
static void note_created(const Run *run, const MountStep *step) {
        if (step->is_created && access(step->source, F_OK) < 0 && errno == ENOENT)
                g_ptr_array_add(
                        run->mounts->notices,
                        g_strdup_printf("%s: there was no %s, so an empty folder of this name is made",
                                        step->origin, step->source));
}

/* A layer's copies are made by the container's root. */
static void note_layer(const Run *run, const MountStep *step) {
        if (step->kind == MOUNT_OVERLAY && step->change_owner && !run->has_user)
                g_ptr_array_add(
                        run->mounts->notices,
                        g_strdup_printf(
                                "%s: the option U is left out, since the files are yours, and this container "
                                "has none of your ids; without O the files themselves are given away",
                                step->origin));
}

/* Before there is a child: as the host sees it, owners have their names. */
static bool check_sources(const Run *run, GError **error) {
        const MountPlan *plan = run->mounts;

        for (guint i = 0; i < plan->steps->len; i++) {
                const MountStep *step = plan->steps->pdata[i];
                if (!step->origin || !step->source)
                        continue;
                if (!mount_access_check(step->source, error))
                        return fail_prefix(error, "%s", step->origin);
                note_created(run, step);
                note_server(run, step);
                note_layer(run, step);
        }
        return true;
}

/* Row F7: a refusal is told, and the container starts: under a label of its own it may be denied the files, without one it is not. */
static void relabel_sources(Run *run) {
        const MountPlan *plan = run->mounts;

        for (guint i = 0; i < plan->steps->len; i++) {
                const MountStep *step = plan->steps->pdata[i];
                g_autoptr(GError) error = NULL;

                if (step->relabel == VOLUME_RELABEL_NONE || !step->source)
                        continue;
                g_autofree char *label =
                        security_label_of_volume(run->spec, step->relabel == VOLUME_RELABEL_PRIVATE);
                if (label && !mount_relabel(step->source, MOUNT_RELABEL_ATTRIBUTE, label, &error))
                        g_ptr_array_add(plan->notices,
                                        g_strdup_printf("%s: %s", step->origin, error->message));
        }
}

/* For volumes without a name; open to a container's root that is not the user, as the folder around them is. */
static bool make_own_folders(const Run *run, GError **error) {
        for (guint i = 0; i < run->mounts->steps->len; i++) {
                const MountStep *step = run->mounts->steps->pdata[i];
                if (!step->first_use.folder || !step->first_use.is_own)
                        continue;
                g_autofree char *fresh = g_build_filename(step->first_use.folder, "fresh", NULL);
                if (!file_make_folders(AT_FDCWD, step->source, 0700, error))
                        return false;
                autofd int fd = open(fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
                if (fd < 0 || chmod(step->source, 0755) < 0 ||
                    chmod(step->first_use.folder, run->has_user ? 0700 : 0777) < 0)
                        return fail_errno(error, errno, "Cannot make the folder %s", step->first_use.folder);
        }
        return true;
}

static char **find_layers(const void *data, const char *image) {
        const Run *run = data;

        return mount_images_layers(run->images, run->store, run->map_key, image);
}

/* The host's catatonit, or our own. NULL: there is none. Caller frees. */
static char *find_init(void) {
        const char *own = g_getenv("WOLFFIA_INIT"); /* for running from a build folder */
        char *path = process_find_program("catatonit");

        if (!path && access(own ? own : WOLFFIA_INIT_PATH, X_OK) == 0)
                path = g_strdup(own ? own : WOLFFIA_INIT_PATH);
        return path;
}

bool mount_prepare(Run *run, GError **error) {
        g_autofree char *notify_dir = g_build_filename(run->session.container_dir, "notify", NULL);
        g_autofree char *shm_dir = run->spec->pod ? pod_memory_folder(run->peer_folder) : NULL;
        g_autofree char *time_zone_path = NULL;
        g_autofree char *own_dir = g_build_filename(run->store->path, "containers", run->spec->name, NULL);
        g_autofree char *init_path = run->spec->init == TRISTATE_YES ? find_init() : NULL;
        MountFacts facts = {
                .own_network = network_is_own(&run->network),
                .has_tty_group = id_map_outside(run->map->groups, 5) != G_MAXUINT32,
                .has_groups = !id_map_is_single(run->map),
                .etc_dir = run->session.container_dir,
                .notify_dir = run->notify_fd >= 0 ? notify_dir : NULL,
                .init_path = init_path,
                .is_systemd = run->is_systemd,
        };

        facts.find_layers = find_layers;
        facts.find_data = run;
        if (run->spec->pod)
                facts.shm_dir = shm_dir;
        facts.has_queues = access("/dev/mqueue", X_OK) == 0;
        facts.shm_fd = run->owner.mount_fd;
        if (run->spec->init == TRISTATE_YES && !init_path)
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "RunInit=yes needs the program catatonit ('sudo apt install catatonit'), or wolffia-init, which is not installed");
        if (!mount_volumes_find(run, &run->volumes, error))
                return false;
        if (!mount_time_find(run->spec->time_zone, &time_zone_path, error))
                return false;
        facts.time_zone_path = time_zone_path;
        facts.volumes = run->volumes->facts;
        facts.own_dir = own_dir;
        facts.image_volumes = run->image ? run->image->volumes : NULL;
        if (run->image && !(run->spec->working_directory && *run->spec->working_directory))
                facts.image_folder = run->image->working_directory;
        if (!mount_plan(run->spec, &facts, &run->mounts, error))
                return false;
        if (!make_own_folders(run, error) || !check_sources(run, error))
                return false;
        relabel_sources(run);
        tell_notices(run);
        return mount_report_open(run, error);
}

bool mount_open_all(const Run *run, Rootfs *ret_rootfs, GError **error) {
        return rootfs_open(run, ret_rootfs, error) && mount_open(run->mounts, error);
}

/* A folder that the image has is nobody's to give. */
static bool is_missing(const MountStep *step, int root_fd) {
        autofd int fd = -1;

        return step->kind == MOUNT_FOLDER && !beneath_open(root_fd, step->target, &fd, NULL);
}

static bool needs_user(const MountPlan *plan, int root_fd) {
        for (guint i = 0; i < plan->steps->len; i++) {
                const MountStep *step = plan->steps->pdata[i];
                if (step->change_owner || step->first_use.folder || is_missing(step, root_fd))
                        return true;
        }
        return false;
}

static bool find_user(const Run *run, MountPlace *place, GError **error) {
        PayloadUser user = {0};

        if (!needs_user(run->mounts, place->root_fd) && !secrets_need_user(run->secret_files))
                return true;
        if (!payload_user_find(place->root_fd, payload_user_chosen(run), run->spec->group, &user, error))
                return false;
        /* All that a single id has is root's as the container's root sees it, whatever the payload calls itself. */
        place->uid = place->is_single ? 0 : user.uid;
        place->gid = place->is_single ? 0 : user.gid;
        mount_report_user(run, user.uid, user.gid);
        payload_user_clear(&user);
        return true;
}

static bool prepare_systemd(Run *run, int root_fd, GError **error) {
        return payload_systemd_own_cgroup(root_fd, error) &&
               payload_systemd_relax(run->spec, root_fd, &run->sync, &run->systemd_version, error);
}

bool mount_all(Run *run, Rootfs *rootfs, GError **error) {
        autofd int root_fd = -1;

        if (!rootfs_mount(run, rootfs, &root_fd, error))
                return false;
        payload_switch_apply(run, root_fd);
        MountPlace place = {.root_fd = root_fd,
                            .folder_fd = rootfs->folder_fd,
                            .can_give = run->has_user,
                            .file_label = run->file_label,
                            .is_single = id_map_is_single(run->map)};
        bool done =
                mount_names_add(run, root_fd, error) && find_user(run, &place, error) &&
                mount_apply(run->mounts, &place, error) &&
                secrets_mount(run->secret_files, root_fd, place.uid, place.gid, place.is_single, error) &&
                (!run->is_systemd || prepare_systemd(run, root_fd, error));
        rootfs_close(rootfs);
        return done && rootfs_enter(root_fd, run->spec->read_only == TRISTATE_YES, error);
}
