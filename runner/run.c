/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The runner's table of contents: what is prepared on the host, the launch (runner/launch.c), and the hand-over to the
 * supervisor, as which the runner stays. */

#include "runner/run.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id-free.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/notify.h"
#include "base/process.h"
#include "base/user-namespace.h"
#include "image/trash.h"
#include "runner/cgroup-limits.h"
#include "runner/cgroup.h"
#include "runner/environment.h"
#include "runner/exec-listen.h"
#include "runner/exec-record.h"
#include "runner/health-prepare.h"
#include "runner/ids.h"
#include "runner/image.h"
#include "runner/join.h"
#include "runner/launch.h"
#include "runner/mount-etc.h"
#include "runner/mount-images.h"
#include "runner/mount-report.h"
#include "runner/mount.h"
#include "runner/network-join.h"
#include "runner/payload-input.h"
#include "runner/payload-output.h"
#include "runner/payload-systemd.h"
#include "runner/payload.h"
#include "runner/preflight.h"
#include "runner/secrets.h"
#include "runner/security-label.h"
#include "runner/security-profile.h"
#include "runner/state.h"
#include "runner/supervise.h"
#include "spec/value-port.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

void run_enter_stage(Run *run, const char *stage) {
        run->stage = stage;
        run->failure = EXIT_STATUS_NOT_STARTED;
}

/* The payload's notifications come to a socket of ours; the supervisor passes on what a payload may say. */
static bool open_notify(Run *run, GError **error) {
        g_autofree char *folder = g_build_filename(run->session.container_dir, "notify", NULL);
        g_autofree char *path = g_build_filename(folder, "notify.sock", NULL);
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (g_strcmp0(run->spec->notify, "container") != 0)
                return true;
        if (strlen(path) >= sizeof address.sun_path)
                return fail(error, WOLFFIA_ERROR_VALUE, "The path %s is too long for a socket (108 bytes)",
                            path);
        strcpy(address.sun_path, path);
        if (!file_make_folders(AT_FDCWD, folder, 0755, error))
                return false;
        (void) unlink(path); /* of an earlier life; usually there is none */
        run->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (run->notify_fd < 0 || bind(run->notify_fd, (struct sockaddr *) &address, sizeof address) < 0)
                return fail_errno(error, errno, "Cannot make the notification socket %s", path);
        /* The payload may be any user of the container; only the container has a way to this folder. */
        if (chmod(path, 0777) < 0 || chmod(folder, 0755) < 0)
                return fail_errno(error, errno, "Cannot open the notification socket to the payload");
        return true;
}

static bool plan_environment(Run *run, GError **error) {
        g_autofree char *host_name = mount_etc_host_name(run->spec, &run->network);
        const char *listen_pid = g_getenv("LISTEN_PID"), *listen_fds = g_getenv("LISTEN_FDS");

        if (!environment_plan(run->spec, run->image, host_name, &run->environment, error))
                return false;
        run->watchdog_usec = environment_find_watchdog();
        if (run->notify_fd >= 0)
                environment_set(run->environment, "NOTIFY_SOCKET=/run/notify/notify.sock");
        if (run->notify_fd >= 0 && run->watchdog_usec > 0) {
                g_autofree char *watchdog =
                        g_strdup_printf("WATCHDOG_USEC=%" G_GUINT64_FORMAT, run->watchdog_usec);
                environment_set(run->environment, watchdog);
        }
        if (run->spec->tty == TRISTATE_YES && !environment_find(run->environment, "TERM"))
                environment_set(run->environment, "TERM=xterm");
        if (run->is_systemd) {
                g_autofree char *identity = payload_systemd_print_identity(run->spec->name);
                environment_set(run->environment, identity);
        }

        /* sd_listen_fds(3): meant for us only if the process id is ours; the payload's is 1. */
        g_autofree char *own_pid = g_strdup_printf("%d", (int) getpid());
        if (listen_fds && g_strcmp0(listen_pid, own_pid) == 0) {
                run->listen_count = (guint) CLAMP(atoi(listen_fds), 0, 1024);
                const char *names = g_getenv("LISTEN_FDNAMES"); /* FileDescriptorName=, systemd.socket(5) */
                g_autofree char *count = g_strdup_printf("LISTEN_FDS=%u", run->listen_count);
                environment_set(run->environment, count);
                environment_set(run->environment, "LISTEN_PID=1");
                if (names) {
                        g_autofree char *variable = g_strconcat("LISTEN_FDNAMES=", names, NULL);
                        environment_set(run->environment, variable);
                }
        }
        return true;
}

/* Not where the file, or the pod's, says so, by UserNS=single or a map of its own. */
static bool is_single_by_fate(const Run *run) {
        return run->lacking_ids && id_map_is_single(run->map) &&
               g_strcmp0(run->spec->user_namespace, "single") != 0 && run->spec->user_maps->len == 0 &&
               run->spec->group_maps->len == 0;
}

/* A container of one id starts, but much of what images do fails in it: that is said before the payload
 * complains. */
static void warn_of_single_id(const Run *run) {
        if (!is_single_by_fate(run))
                return;

        g_autofree char *advice = id_free_advise(run->user_name, run->lacking_ids, ID_FREE_USUAL);
        g_autofree char *text = g_strdup_printf(
                "%s, so this container has a single id: all its users are you, and changes of "
                "a user or of a file's owner have no effect; %s adds some (UserNS=single accepts it as it is)",
                id_own_tell_lack(run->lacking_ids), advice);
        log_entry(LOG_WARNING, text, "MESSAGE_ID", MESSAGE_HOST_DEGRADED, "USER_UNIT", run->spec->unit,
                  "WOLFFIA_CONTAINER", run->spec->name, "WOLFFIA_STAGE", run->stage, NULL);
        notify_status(text);
}

static bool check_single_id(const Run *run, GError **error) {
        if (!run->settings->forbids_single_id || !is_single_by_fate(run))
                return true;
        g_autofree char *advice = id_free_advise(run->user_name, run->lacking_ids, ID_FREE_USUAL);
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "%s, and SingleId=forbid in wolffia.conf forbids to start with a single id; "
                    "%s adds some (UserNS=single accepts it for one container)",
                    id_own_tell_lack(run->lacking_ids), advice);
}

/* Everything that can be known, chosen and made before a namespace exists. */
static bool prepare(Run *run, GError **error) {
        run_enter_stage(run, "session");
        if (!session_find(run->spec->name, &run->session, error))
                return false;
        run_enter_stage(run, "preflight");
        if (!preflight_check(error) || !payload_input_check(run->spec, error))
                return false;
        run_enter_stage(run, "image");
        if (!image_acquire(run, error) || !mount_images_acquire(run, error))
                return false;
        run_enter_stage(run, "id-map");
        if (!ids_choose(run, error) || !check_single_id(run, error) || !image_prepare_layers(run, error) ||
            !mount_images_prepare(run, error))
                return false;
        warn_of_single_id(run);
        run->is_systemd = payload_systemd_find(run->spec, run->image);
        run_enter_stage(run, "payload");
        if (!supervise_find_stop_signal(run, error))
                return false;
        run_enter_stage(run, "security");
        if (!security_label_choose(run, error) || !security_profile_acquire(run, error))
                return false;
        run_enter_stage(run, "network");
        if (!network_choose(run->spec, run->session.runtime_dir, &run->network, &run->owner, error) ||
            !join_find(run, error))
                return false;
        run_enter_stage(run, "rootfs");
        /* The runtime folder only with the lock: without a unit it is the same for each start of this name. */
        supervise_hold_interruptions(true);
        bool reserved = state_check_folder(run, error) && rootfs_reserve(run, error);
        if (reserved)
                supervise_when_interrupted(run);
        supervise_hold_interruptions(false);
        if (!reserved)
                return false;
        if (!file_make_folders(AT_FDCWD, run->session.container_dir, 0700, error) ||
            !payload_output_open(run, error) || !open_notify(run, error) || !plan_environment(run, error) ||
            !secrets_load(run, error) || !health_prepare(run, error) ||
            !exec_listen(run->session.container_dir, &run->exec_fd, error) ||
            !exec_record_write(run, &run->record_fd, error))
                return false;
        run_enter_stage(run, "mount");
        if (!network_join_reserve(run->spec, &run->network, error) || !mount_prepare(run, error) ||
            !mount_etc_write(run, error))
                return false;
        cleanup_fd(&run->store_lock_fd);
        run_enter_stage(run, "cgroup");
        if (!cgroup_make(run->spec->unit, &run->cgroup_fd, error))
                return false;
        cgroup_limits_warn(run);
        return !run->is_systemd || payload_systemd_divide_cgroup(run->cgroup_fd, error);
}

static bool remove_stale_cgroups(void *data, GError **error) {
        const Run *run = data;

        cgroup_remove_leftovers(run->cgroup_fd);
        return true;
}

/* What earlier lives left is removed while the container runs already. */
static void sweep_aside(Run *run) {
        bool has_cgroups = run->cgroup_fd >= 0 && cgroup_has_leftovers(run->cgroup_fd);

        if ((!has_cgroups && image_trash_is_empty(run->store)) || fork() != 0)
                return;
        /* What else it held of the container would outlive it: its lock, its ids, its place in a pod and in networks, its output. */
        const int kept[] = {run->cgroup_fd, run->store->fd};
        if (!process_close_others(3, kept, G_N_ELEMENTS(kept), NULL))
                _exit(EXIT_FAILURE);
        /* Failing is fine: the next start tries again. */
        if (has_cgroups)
                (void) user_namespace_run(run->map, remove_stale_cgroups, run, NULL);
        (void) image_trash_empty(run->store, NULL);
        _exit(EXIT_SUCCESS);
}

void run_tell_network(const Run *run) {
        if (run->network.is_slirp)
                log_entry(
                        LOG_NOTICE,
                        "pasta is not installed ('sudo apt install passt'), so slirp4netns connects the container: slower, "
                        "and without ports over IPv6",
                        "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER", run->spec->name, "WOLFFIA_STAGE",
                        "network", NULL);
        if (run->network.kind != NETWORK_PASTA && run->network.kind != NETWORK_NAMED)
                return;
        for (guint i = 0; i < run->network.ports->len; i++) {
                const PortMapping *port = run->network.ports->pdata[i];
                if (!port->is_chosen)
                        continue;
                g_autofree char *text = g_strdup_printf(
                        "Port %u/%s of the container is port %u of the host", port->container_first,
                        port->protocol == PORT_UDP ? "udp" : "tcp", port->host_first);
                log_entry(LOG_INFO, text, "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER", run->spec->name,
                          "WOLFFIA_STAGE", "network", NULL);
        }
}

/* Behind the payload's start, so that it waits for no bus; and once in a user's life. */
static void see_to_lingering(const Run *run) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        bool is_refused = false;

        if (run->session.is_lingering)
                return;
        if (run->spec->linger != TRISTATE_YES) {
                if (!run->spec->unit || !*run->spec->unit)
                        return;
                text = g_strdup(
                        "This container ends when you log out; 'wolffia linger on' keeps it, and starts it at boot");
        } else if (image_run_wolffia((const char *const[]){"linger", "on", NULL}, &error))
                text = g_strdup(
                        "You linger from now on (Linger=yes): your services outlive logins, and come up at boot");
        else {
                is_refused = true;
                text = g_strdup_printf("Linger=yes: %s", error->message);
        }
        log_entry(is_refused ? LOG_WARNING : LOG_NOTICE, text, "MESSAGE_ID", MESSAGE_HOST_DEGRADED,
                  "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER", run->spec->name, NULL);
}

static void tell_ready(const Run *run) {
        run_tell_network(run);
        /* The payload says so itself with Notify=yes, its health check with Notify=healthy. */
        if (g_strcmp0(run->spec->notify, "healthy") == 0)
                notify_send("STATUS=Waiting for the container to become healthy");
        else if (run->notify_fd < 0)
                notify_send(run->lacking_ids ? "READY=1" : "READY=1\nSTATUS=");
        else
                notify_send("STATUS=Waiting for the container's own notification");
}

static void find_failure(Run *run, const GError *error) {
        if (!g_str_equal(run->stage, "payload"))
                return;
        if (g_error_matches(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                run->failure = EXIT_STATUS_NOT_FOUND;
        else if (error->domain == ERRNO_ERROR)
                run->failure = EXIT_STATUS_NOT_EXECUTED;
}

bool run_container(Run *run, GError **error) {
        g_autoptr(GError) failure = NULL;

        if (prepare(run, &failure) && launch(run, payload_execute, &failure)) {
                tell_ready(run);
                see_to_lingering(run);
                mount_report_tell(run);
                sweep_aside(run);
                supervise_become(run, &failure);
        }
        find_failure(run, failure);
        launch_undo(run);
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}
