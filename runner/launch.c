/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How it works
 *
 * Two processes make a container. The runner stays on the host; systemd watches it, and at the end it becomes the
 * supervisor. The child becomes the container. They meet at these points:
 *
 *   runner                                        child
 *   namespaces_spawn()                ─────────►  born in its namespaces and its cgroup, owning nothing yet
 *   network_start(), id_map_write(), network_join_start()
 *   sync_reach(POINT_MAPPED)          ─────────►  mount_open_all(), namespaces_become_root()
 *   sync_wait(POINT_SET)              ◄─────────  sync_reach(POINT_SET), and network_start() only now:
 *                                                 if network_starts_late()
 *   state_write()                                 mount_all()
 *   sync_wait(POINT_MOUNTED)          ◄─────────  sync_reach(POINT_MOUNTED)
 *   network_wait()
 *   sync_reach(POINT_CONNECTED)       ─────────►  the last step: security, ids, exec
 *   sync_wait_exec()                  ◄─────────  the payload's program runs
 *
 * A pod has no files but its memory (runner/pod-memory.h): it skips what is about mounts, and others find it (state_write()) when all is done.
 *
 * A failure in the child travels back as a GError (base/sync.h): the child has no way to the journal once its root has
 * changed, so it never logs. All that a failed start has made goes away with the child, but for one folder, a fifo and an
 * empty cgroup, which launch_undo() removes. */

#include "runner/launch.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/user-namespace.h"
#include "runner/mount-etc.h"
#include "runner/mount-images.h"
#include "runner/mount-report.h"
#include "runner/mount.h"
#include "runner/namespaces.h"
#include "runner/network-join.h"
#include "runner/payload-input.h"
#include "runner/payload-output.h"
#include "runner/pod-memory.h"
#include "runner/security-sysctl.h"
#include "runner/state.h"
#include "runner/supervise.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

enum { POINT_MAPPED = 1, POINT_SET, POINT_MOUNTED, POINT_CONNECTED };

/* ---- the child ---- */

static bool set_up_network(const Run *run, GError **error) {
        g_autofree char *host_name = mount_etc_host_name(run->spec, &run->network);
        bool own_network = network_is_own(&run->network);
        guint64 foreign =
                (own_network ? 0 : CLONE_NEWNET) | (container_spec_shares_ipc(run->spec) ? CLONE_NEWIPC : 0);
        /* In a pod it is the pod's. */
        bool own_name = !run->network.shared_host_name || run->spec->host_name;

        return (!own_name || namespaces_set_host_name(host_name, error)) &&
               (!own_network || namespaces_raise_loopback(error)) &&
               security_sysctl_apply(run->spec->sysctls, foreign, run->map, error);
}

static bool run_child(Run *run, LaunchExecute *execute, GError **error) {
        bool has_files = !run->is_pod;
        Rootfs rootfs;

        sync_become_child(&run->sync);
        if (!sync_wait(&run->sync, POINT_MAPPED, error) ||
            !(has_files ? mount_open_all(run, &rootfs, error) : pod_memory_mount(run, error)) ||
            !namespaces_become_root(error))
                return false;
        if (!set_up_network(run, error) ||
            (network_starts_late(&run->network, run->spec) && !sync_reach(&run->sync, POINT_SET, error)))
                return false;
        if ((has_files && !mount_all(run, &rootfs, error)) ||
            !sync_reach(&run->sync, POINT_MOUNTED, error) || !sync_wait(&run->sync, POINT_CONNECTED, error))
                return false;
        return execute(run, error);
}

static void become_child(Run *run, LaunchExecute *execute) {
        g_autoptr(GError) failure = NULL;

        if (!run_child(run, execute, &failure))
                sync_fail(&run->sync, failure);
        _exit(EXIT_FAILURE);
}

/* ---- the runner ---- */

/* What the child has met on its way, and goes on without. */
static void log_notes(const Run *run) {
        for (guint i = 0; run->sync.notes && i < run->sync.notes->len; i++)
                log_entry(LOG_NOTICE, run->sync.notes->pdata[i], "MESSAGE_ID", MESSAGE_HOST_DEGRADED,
                          "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER", run->spec->name,
                          "WOLFFIA_STAGE", run->stage, NULL);
}

static bool start_network(Run *run, GError **error) {
        run_enter_stage(run, "network");
        /* Not between pasta's start and the knowledge of it: nobody would end it. */
        supervise_hold_interruptions(true);
        bool done = network_start(&run->network, run->session.container_dir, run->child, run->namespace_fd,
                                  error);
        supervise_when_interrupted(run);
        return done;
}

static bool connect_network(Run *run, bool late, GError **error) {
        run_enter_stage(run, "network");
        if (!network_join_start(&run->network, &run->owner, run->child, error) ||
            !sync_reach(&run->sync, POINT_MAPPED, error))
                return false;
        return !late || (sync_wait(&run->sync, POINT_SET, error) && start_network(run, error));
}

static bool await_mounts(Run *run, GError **error) {
        run_enter_stage(run, "mount");
        if (!sync_wait(&run->sync, POINT_MOUNTED, error))
                return false;
        log_notes(run);
        if (run->is_pod)
                return true;
        mount_volumes_unlock(run->volumes);
        return mount_report_give(run, error);
}

static bool spawn(Run *run, bool is_inside, GError **error) {
        guint64 of_host = (run->network.kind == NETWORK_HOST ? CLONE_NEWNET : 0) |
                          (container_spec_shares_ipc(run->spec) ? CLONE_NEWIPC : 0);

        return is_inside ? namespaces_spawn_inside(&run->owner, run->map, of_host, run->cgroup_fd,
                                                   &run->child, error)
                         : namespaces_spawn(of_host, run->cgroup_fd, &run->child, error);
}

bool launch(Run *run, LaunchExecute *execute, GError **error) {
        bool is_inside = run->owner.user_fd >= 0, late = network_starts_late(&run->network, run->spec);

        run_enter_stage(run, "namespaces");
        if (!sync_open(&run->sync, error) || !spawn(run, is_inside, error))
                return false;
        if (run->child == 0)
                become_child(run, execute);
        sync_become_parent(&run->sync);
        cleanup_fd(&run->payload_fd);
        payload_input_drop(run->spec);

        run_enter_stage(run, "id-map");
        /* Opened now: while the child changes its ids, until it is dumpable again, its /proc/PID/ns/ is closed to us. */
        if (!namespaces_open_user(run->child, &run->namespace_fd, error) ||
            (!late && !start_network(run, error)))
                return false;
        run_enter_stage(run, "id-map");
        if (!is_inside && !id_map_write(run->map, run->child, error))
                return false;
        if (!connect_network(run, late, error))
                return false;
        run_enter_stage(run, "state");
        if ((!run->is_pod && !state_write(run, error)) || !await_mounts(run, error))
                return false;
        run_enter_stage(run, "network");
        if (!network_wait(&run->network, error))
                return false;
        run_enter_stage(run, "payload");
        if (!sync_reach(&run->sync, POINT_CONNECTED, error) || !sync_wait_exec(&run->sync, error))
                return false;
        return run->is_pod ? state_write(run, error) : payload_output_take_terminal(run, error);
}

/* ---- a failed start ---- */

static bool empty_in_child(void *data, GError **error) {
        const Run *run = data;

        return file_empty_folder(run->folder_fd, error);
}

void launch_undo(Run *run) {
        if (run->child > 0)
                process_kill(run->child);
        payload_output_abandon(run);
        network_clear(&run->network);
        /* A container's runtime folder is its own once it has the lock. */
        if (run->session.owns_container_dir && (run->is_pod || run->folder_fd >= 0))
                (void) file_remove_tree(AT_FDCWD, run->session.container_dir, NULL);
        if (run->folder_fd < 0)
                return;
        /* Only a child with mapped ids made anything in it. Failing leaves it to the next start. The lock goes with the
         * folder, so that is last: the next start may wait for it. */
        if (run->child > 0)
                (void) user_namespace_run(run->map, empty_in_child, run, NULL);
        mount_volumes_forget(run, run->volumes);
        (void) unlinkat(run->folder_fd, "image", 0);
        mount_images_unlink(run);
        (void) unlinkat(run->containers_fd, run->spec->name, AT_REMOVEDIR);
}
