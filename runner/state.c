/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A process id alone says nothing: numbers are used again. With its start time it names one process for as long as the
 * machine is up. */

#include "runner/state.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/payload-output.h"
#include "spec/value-port.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define GROUP "Container"

void container_state_free(ContainerState *state) {
        if (!state)
                return;
        g_free(state->name);
        g_free(state->unit);
        g_free(state->image);
        g_free(state->digest);
        g_free(state->rootfs);
        g_free(state->cgroup);
        g_free(state->network);
        g_free(state->joined);
        g_free(state->log_driver);
        g_free(state->log_path);
        g_strfreev(state->ports);
        g_strfreev(state->namespaces);
        g_strfreev(state->users);
        g_strfreev(state->groups);
        g_free(state);
}

/* ---- what is known of a process ---- */

/* proc(5): field 22 of /proc/PID/stat. The second is a name in parentheses that may hold anything, so counting begins
 * behind the last one. 0: there is no such process. */
static guint64 find_start_time(pid_t pid) {
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int) pid), *text = NULL;

        if (!file_read(AT_FDCWD, path, 4096, &text, NULL, NULL))
                return 0;
        const char *p = strrchr(text, ')');
        for (int field = 2; p && field < 22; field++)
                p = strchr(p + 1, ' ');
        return p ? g_ascii_strtoull(p + 1, NULL, 10) : 0;
}

/* cgroups(7): the line of the unified hierarchy is "0::PATH". */
static char *find_cgroup(pid_t pid) {
        g_autofree char *path = g_strdup_printf("/proc/%d/cgroup", (int) pid), *text = NULL;

        if (!file_read(AT_FDCWD, path, 0, &text, NULL, NULL))
                return NULL;
        const char *line = g_str_has_prefix(text, "0::") ? text : strstr(text, "\n0::");
        if (!line)
                return NULL;
        line = strstr(line, "0::") + strlen("0::");
        return g_strndup(line, strcspn(line, "\n"));
}

/* ---- writing ---- */

static void set_string(GKeyFile *file, const char *key, const char *value) {
        if (value && *value)
                g_key_file_set_string(file, GROUP, key, value);
}

static void set_list(GKeyFile *file, const char *key, const GPtrArray *list) {
        g_key_file_set_string_list(file, GROUP, key, (const char *const *) list->pdata, list->len);
}

static void set_ports(GKeyFile *file, const GPtrArray *ports) {
        g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0; ports && i < ports->len; i++)
                g_ptr_array_add(list, value_port_print(ports->pdata[i]));
        if (list->len > 0)
                set_list(file, "Ports", list);
}

static void set_map(GKeyFile *file, const char *key, const GArray *extents) {
        g_autofree char *text = id_map_print(extents);
        g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);

        g_key_file_set_string_list(file, GROUP, key, (const char *const *) lines, g_strv_length(lines));
}

static const char *print_network(NetworkKind kind) {
        static const char *const names[] = {
                [NETWORK_NONE] = "none",           [NETWORK_HOST] = "host", [NETWORK_PASTA] = "pasta",
                [NETWORK_CONTAINER] = "container", [NETWORK_UNIT] = "unit", [NETWORK_NAMED] = "named",
        };

        return names[kind];
}

static void set_process(GKeyFile *file, const Run *run) {
        static const char *const namespaces[] = {"user", "mnt", "pid", "ipc", "uts", "cgroup", "net"};
        gsize count = G_N_ELEMENTS(namespaces) - (run->network.kind == NETWORK_HOST ? 1 : 0);
        g_autofree char *cgroup = find_cgroup(run->child);

        g_key_file_set_integer(file, GROUP, "Supervisor",
                               (int) getpid()); /* it is what the runner becomes */
        g_key_file_set_integer(file, GROUP, "Payload", (int) run->child);
        g_key_file_set_uint64(file, GROUP, "PayloadTime", find_start_time(run->child));
        set_string(file, "Cgroup", cgroup);
        g_key_file_set_string_list(file, GROUP, "Namespaces", namespaces, count);
}

bool state_write(const Run *run, GError **error) {
        const ContainerSpec *spec = run->spec;
        g_autofree char *path = g_build_filename(run->session.container_dir, "state", NULL);
        g_autofree char *log_path = payload_output_file(spec);
        g_autoptr(GKeyFile) file = g_key_file_new();

        set_string(file, "Name", spec->name);
        set_string(file, "Unit", spec->unit);
        set_string(file, "Image", spec->image);
        set_string(file, "Digest", run->image ? run->image->digest : NULL);
        set_string(file, "Rootfs", spec->rootfs);
        set_process(file, run);
        set_string(file, "Network", print_network(run->network.kind));
        set_string(file, "Joined", run->peer_name);
        g_key_file_set_boolean(file, GROUP, "JoinedPod", run->spec->pod != NULL);
        g_key_file_set_boolean(file, GROUP, "Pod", run->is_pod);
        set_ports(file, run->network.ports);
        set_map(file, "Users", run->map->users);
        set_map(file, "Groups", run->map->groups);
        set_string(file, "LogDriver", spec->log_driver && *spec->log_driver ? spec->log_driver : "journald");
        set_string(file, "LogPath", log_path);
        g_key_file_set_int64(file, GROUP, "Started", g_get_real_time());

        gsize size;
        g_autofree char *text = g_key_file_to_data(file, &size, NULL);
        return file_write_atomic(AT_FDCWD, path, text, size, 0600, error) ||
               fail_prefix(error, "The container's state");
}

/* ---- reading ---- */

static char *get_string(GKeyFile *file, const char *key) {
        char *value = g_key_file_get_string(file, GROUP, key, NULL); /* a key that is not there says "" */

        return value ? value : g_strdup("");
}

static char **get_list(GKeyFile *file, const char *key) {
        char **list = g_key_file_get_string_list(file, GROUP, key, NULL, NULL); /* the same */

        return list ? list : g_new0(char *, 1);
}

bool state_load(const char *folder, ContainerState **ret_state, GError **error) {
        g_autofree char *path = g_build_filename(folder, "state", NULL), *text = NULL;
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autoptr(GError) failure = NULL;
        gsize size;

        if (!file_read(AT_FDCWD, path, 1 << 20, &text, &size, &failure)) {
                if (g_error_matches(failure, ERRNO_ERROR, ENOENT))
                        return fail(error, WOLFFIA_ERROR_NOT_FOUND, "No container runs in %s", folder);
                g_propagate_error(error, g_steal_pointer(&failure));
                return false;
        }
        if (!g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, &failure))
                return fail(error, WOLFFIA_ERROR_SYNTAX, "%s: %s", path, failure->message);

        /* Numbers that are not there are 0, which names no process. */
        g_autoptr(ContainerState) state = g_new0(ContainerState, 1);
        *state = (ContainerState){
                .name = get_string(file, "Name"),
                .unit = get_string(file, "Unit"),
                .image = get_string(file, "Image"),
                .digest = get_string(file, "Digest"),
                .rootfs = get_string(file, "Rootfs"),
                .supervisor = g_key_file_get_integer(file, GROUP, "Supervisor", NULL),
                .payload = g_key_file_get_integer(file, GROUP, "Payload", NULL),
                .payload_time = g_key_file_get_uint64(file, GROUP, "PayloadTime", NULL),
                .cgroup = get_string(file, "Cgroup"),
                .network = get_string(file, "Network"),
                .joined = get_string(file, "Joined"),
                .has_joined_pod = g_key_file_get_boolean(file, GROUP, "JoinedPod", NULL),
                .is_pod = g_key_file_get_boolean(file, GROUP, "Pod", NULL),
                .ports = get_list(file, "Ports"),
                .namespaces = get_list(file, "Namespaces"),
                .users = get_list(file, "Users"),
                .groups = get_list(file, "Groups"),
                .log_driver = get_string(file, "LogDriver"),
                .log_path = get_string(file, "LogPath"),
                .start_usec = g_key_file_get_int64(file, GROUP, "Started", NULL),
        };
        *ret_state = g_steal_pointer(&state);
        return true;
}

bool state_is_alive(const ContainerState *state) {
        return state->payload > 0 && state->payload_time > 0 &&
               find_start_time(state->payload) == state->payload_time;
}

bool state_is_frozen(const ContainerState *state) {
        g_autofree char *path = g_build_filename("/sys/fs/cgroup", state->cgroup, "cgroup.events", NULL),
                        *text = NULL;

        return file_read(AT_FDCWD, path, 0, &text, NULL, NULL) && strstr(text, "frozen 1\n");
}

bool state_check_folder(const Run *run, GError **error) {
        g_autoptr(ContainerState) state = NULL;

        /* What is no state does not live; a container of the same name is refused by its lock (rootfs_reserve()). */
        if (!run->session.owns_container_dir || !state_load(run->session.container_dir, &state, NULL) ||
            !state_is_alive(state) ||
            (g_str_equal(state->name, run->spec->name) && !state->is_pod && !run->is_pod))
                return true;
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "The runtime folder %s is that of the %s '%s', which runs as %s; choose another --name",
                    run->session.container_dir, state->is_pod ? "pod" : "container", state->name,
                    *state->unit ? state->unit : "no unit");
}
