/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In the runtime folder of a pod lie, beside the files of any container:
 *
 *   pod      a GKeyFile: the volumes of all members
 *   members  a fifo that each member's supervisor holds open for writing; its end of file says that none is left
 *   shm/     where /dev/shm of all members is mounted (runner/pod-memory.h)
 *
 * The stages are those of a container, less all that has to do with files and a payload. */

#include "runner/pod.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/notify.h"
#include "config.h"
#include "image/store.h"
#include "runner/ids.h"
#include "runner/launch.h"
#include "runner/mount-etc.h"
#include "runner/network-join.h"
#include "runner/peer.h"
#include "runner/pod-memory.h"
#include "runner/preflight.h"
#include "runner/report.h"
#include "runner/state.h"
#include "runner/supervise.h"
#include "spec/key-options.h"
#include "spec/pod-spec.h"
#include "spec/settings.h"
#include "spec/value-name.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is said for all members ---- */

static void take_list(GPtrArray **to, GPtrArray **from) {
        GPtrArray *list = *to;

        *to = *from;
        *from = list;
}

static void take_text(char **to, char **from) {
        *to = g_steal_pointer(from);
}

/* The stages of a container know what a container asks for; a pod asks for some of it. */
static ContainerSpec *take_spec(PodSpec *pod) {
        ContainerSpec *spec = container_spec_new();

        take_text(&spec->name, &pod->name);
        take_text(&spec->unit, &pod->unit);
        take_text(&spec->host_name, &pod->host_name);
        take_text(&spec->user_namespace, &pod->user_namespace);
        take_text(&spec->sub_users, &pod->sub_uid_name);
        take_text(&spec->sub_groups, &pod->sub_gid_name);
        take_list(&spec->user_maps, &pod->uid_map);
        take_list(&spec->group_maps, &pod->gid_map);
        take_list(&spec->networks, &pod->networks);
        take_list(&spec->ports, &pod->ports);
        take_list(&spec->hosts, &pod->hosts);
        take_list(&spec->dns, &pod->dns);
        take_list(&spec->dns_options, &pod->dns_options);
        take_list(&spec->dns_search, &pod->dns_search);
        take_list(&spec->volumes, &pod->volumes);
        take_list(&spec->network_aliases, &pod->network_aliases);
        take_text(&spec->ip, &pod->ip);
        take_text(&spec->ip6, &pod->ip6);
        take_text(&spec->shm_size, &pod->shm_size);
        return spec;
}

static bool write_pod(const Run *run, GError **error) {
        g_autofree char *path = g_build_filename(run->session.container_dir, "pod", NULL);
        g_autofree char *shm = pod_memory_folder(run->session.container_dir);
        g_autoptr(GKeyFile) file = g_key_file_new();
        const GPtrArray *volumes = run->spec->volumes;
        gsize size;

        g_key_file_set_string_list(file, "Pod", "Volumes", (const char *const *) volumes->pdata,
                                   volumes->len);
        g_autofree char *text = g_key_file_to_data(file, &size, NULL);
        if (!file_write_atomic(AT_FDCWD, path, text, size, 0600, error))
                return false;
        return mkdir(shm, 0700) == 0 || errno == EEXIST || fail_errno(error, errno, "Cannot make %s", shm);
}

static bool read_volumes(const Run *run, GError **error) {
        g_autofree char *path = g_build_filename(run->peer_folder, "pod", NULL), *text = NULL;
        g_autoptr(GKeyFile) file = g_key_file_new();
        gsize size;

        if (!file_read(AT_FDCWD, path, 1 << 20, &text, &size, error))
                return false;
        if (!g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, error))
                return fail_prefix(error, "%s", path);
        g_auto(GStrv) volumes = g_key_file_get_string_list(file, "Pod", "Volumes", NULL, NULL);
        for (char **volume = volumes; volume && *volume; volume++)
                g_ptr_array_add(run->spec->volumes, g_strdup(*volume));
        return true;
}

bool pod_join(Run *run, GError **error) {
        g_autofree char *path = g_build_filename(run->peer_folder, "members", NULL);

        g_autofree char *name_path = g_build_filename(run->peer_folder, "hostname", NULL);

        if (!file_read(AT_FDCWD, name_path, 256, &run->network.shared_host_name, NULL, error))
                return false;
        g_strchomp(run->network.shared_host_name);
        run->member_fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        if (run->member_fd < 0)
                return fail_errno(error, errno, "Cannot become a member of the pod '%s'", run->spec->pod);
        return read_volumes(run, error);
}

/* ---- the child ---- */

/* A LaunchExecute. */
static bool hold(const Run *run, GError **error) {
        const char *program = supervise_find_program();
        const char *const argv[] = {"wolffia-supervisor", "--hold", NULL};
        char *const environment[] = {NULL};

        /* The fifo, or nothing, is its standard input; its output is for complaints of the loader alone. */
        if (run->members_fd >= 0 && dup2(run->members_fd, STDIN_FILENO) < 0)
                return fail_errno(error, errno, "Cannot hand the members over");
        execve(program, (char *const *) argv, environment);
        return fail_errno(error, errno, "Cannot start %s", program);
}

/* ---- the runner ---- */

static bool open_members(Run *run, const char *policy, GError **error) {
        g_autofree char *path = g_build_filename(run->session.container_dir, "members", NULL);

        if (mkfifo(path, 0600) < 0 && errno != EEXIST)
                return fail_errno(error, errno, "Cannot make %s", path);
        /* For both directions it never ends, for whoever is to go on without members. */
        bool goes_on = g_strcmp0(policy, "continue") == 0;
        run->members_fd = open(path, (goes_on ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
        return run->members_fd >= 0 || fail_errno(error, errno, "Cannot open %s", path);
}

/* A look, and no lock: two starts at the same moment get past it, one of which then fails at its ports, if it has any. */
static bool check_name(const Run *run, GError **error) {
        Peer other = {0};

        if (!state_check_folder(run, error))
                return false;
        if (!peer_find(&run->session, run->spec->name, true, &other, NULL))
                return true;
        bool is_free =
                !g_str_equal(other.state->name, run->spec->name) || /* an alias */
                fail(error, WOLFFIA_ERROR_VALUE,
                     "A pod named '%s' is running already, as %s; stop it, or give this one another PodName=",
                     run->spec->name, *other.state->unit ? other.state->unit : "no unit");
        peer_clear(&other);
        return is_free;
}

/* Where the parts of the subordinate ids are shared out. */
static bool open_store(Run *run, GError **error) {
        const char *mode = run->spec->user_namespace;

        return !mode || !g_str_has_prefix(mode, "auto") ||
               image_store_open_with(run->settings, &run->store, error);
}

static bool prepare(Run *run, const char *policy, GError **error) {
        run_enter_stage(run, "session");
        if (!value_name_check(NAME_POD, run->spec->name, error))
                return fail_prefix(error, "PodName=");
        if (!session_find(run->spec->name, &run->session, error))
                return false;
        if (!check_name(run, error)) {
                run->session.owns_container_dir = false; /* but the other's, to be left alone */
                return false;
        }
        run_enter_stage(run, "preflight");
        if (!preflight_check(error))
                return false;
        run_enter_stage(run, "id-map");
        if (!open_store(run, error) || !ids_choose(run, error))
                return false;
        run_enter_stage(run, "network");
        if (!network_choose(run->spec, run->session.runtime_dir, &run->network, &run->owner, error))
                return false;
        if (run->network.kind == NETWORK_CONTAINER)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "a pod has a network of its own; members can have that of a container, without a pod");
        run_enter_stage(run, "mount");
        supervise_when_interrupted(run);
        return file_make_folders(AT_FDCWD, run->session.container_dir, 0700, error) &&
               network_join_reserve(run->spec, &run->network, error) && mount_etc_write(run, error) &&
               write_pod(run, error) && open_members(run, policy, error);
}

int pod_main(const char *const *arguments) {
        g_autoptr(PodSpec) pod = pod_spec_new();
        g_autoptr(ContainerSpec) spec = NULL;
        g_autoptr(Settings) settings = settings_load(NULL); /* members tell what is wrong in it */
        g_autoptr(GError) error = NULL;

        settings_apply(settings);
        if (!key_options_parse(&pod_key_table, arguments, pod, &error)) {
                report_failure(NULL, "spec", error);
                return EXIT_STATUS_USAGE;
        }
        spec = take_spec(pod);
        if (!spec->name)
                spec->name = g_strdup_printf("pod-%d", (int) getpid());
        Run run = RUN_INITIAL(spec);
        run.settings = settings;
        run.is_pod = true;
        run.stop_signal = SIGTERM;
        if (prepare(&run, pod->exit_policy, &error) && launch(&run, hold, &error)) {
                run_tell_network(&run);
                notify_send("READY=1\nSTATUS=");
                cleanup_fd(&run.members_fd);
                supervise_become(&run, &error);
        }
        launch_undo(&run);
        report_failure(spec, run.stage, error);
        return (int) run.failure;
}
