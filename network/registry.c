/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "network/registry.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "network/lease.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define GROUP "Network"

static const char *const suffixes[REGISTRY_FAMILIES] = {"", "6"};

void network_state_free(NetworkState *state) {
        if (!state)
                return;
        g_free(state->name);
        g_free(state->unit);
        g_free(state->bridge);
        g_strfreev(state->upstreams);
        g_free(state);
}

char *registry_folder(const char *runtime_dir, const char *name) {
        return g_build_filename(runtime_dir, "wolffia", ".networks", name, NULL);
}

static void set_text(GKeyFile *file, const char *key, guint family, char *text) {
        g_autofree char *full = g_strconcat(key, suffixes[family], NULL), *value = text;

        if (*value)
                g_key_file_set_string(file, GROUP, full, value);
}

bool registry_save(const char *folder, const NetworkState *state, GError **error) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autofree char *path = g_build_filename(folder, "state", NULL);
        gsize size;

        g_key_file_set_string(file, GROUP, "Name", state->name);
        g_key_file_set_string(file, GROUP, "Unit", state->unit);
        g_key_file_set_integer(file, GROUP, "Pid", state->pid);
        g_key_file_set_uint64(file, GROUP, "Namespace", state->namespace);
        g_key_file_set_string(file, GROUP, "Bridge", state->bridge);
        g_key_file_set_integer(file, GROUP, "Mtu", (int) state->mtu);
        g_key_file_set_boolean(file, GROUP, "Internal", state->is_internal);
        g_key_file_set_boolean(file, GROUP, "Names", state->has_names);
        g_key_file_set_boolean(file, GROUP, "KeepsClients", state->keeps_clients);
        g_key_file_set_string_list(file, GROUP, "Upstreams", (const char *const *) state->upstreams,
                                   g_strv_length(state->upstreams));
        for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                set_text(file, "Subnet", i, subnet_print(&state->subnets[i]));
                set_text(file, "Range", i, subnet_print_range(&state->ranges[i]));
                set_text(file, "Gateway", i, subnet_print_address(&state->gateways[i]));
        }
        g_autofree char *text = g_key_file_to_data(file, &size, NULL);
        return file_write_atomic(AT_FDCWD, path, text, size, 0600, error);
}

static bool get_subnet(GKeyFile *file, const char *key, guint family, Subnet *ret_subnet, GError **error) {
        g_autofree char *full = g_strconcat(key, suffixes[family], NULL);
        g_autofree char *text = g_key_file_get_string(file, GROUP, full, NULL);

        return !text || subnet_parse(text, ret_subnet, error);
}

static bool get_range(GKeyFile *file, guint family, AddressRange *ret_range, GError **error) {
        g_autofree char *full = g_strconcat("Range", suffixes[family], NULL);
        g_autofree char *text = g_key_file_get_string(file, GROUP, full, NULL);

        return !text || subnet_parse_range(text, ret_range, error);
}

static bool read_addresses(GKeyFile *file, NetworkState *state, GError **error) {
        for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                g_autofree char *key = g_strconcat("Gateway", suffixes[i], NULL);
                g_autofree char *gateway = g_key_file_get_string(file, GROUP, key, NULL);
                if (!get_subnet(file, "Subnet", i, &state->subnets[i], error) ||
                    !get_range(file, i, &state->ranges[i], error) ||
                    (gateway && !subnet_parse_address(gateway, &state->gateways[i], error)))
                        return false;
        }
        return true;
}

static char *get_text(GKeyFile *file, const char *key) {
        char *text = g_key_file_get_string(file, GROUP, key, NULL);

        return text ? text : g_strdup("");
}

bool registry_load(const char *folder, NetworkState **ret_state, GError **error) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autoptr(NetworkState) state = g_new0(NetworkState, 1);
        g_autofree char *path = g_build_filename(folder, "state", NULL), *text = NULL;
        gsize size;

        if (!file_read(AT_FDCWD, path, 1 << 16, &text, &size, NULL))
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no %s", path);
        if (!g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, error))
                return fail_prefix(error, "%s", path);
        state->name = get_text(file, "Name");
        state->unit = get_text(file, "Unit");
        state->pid = g_key_file_get_integer(file, GROUP, "Pid", NULL);
        state->namespace = g_key_file_get_uint64(file, GROUP, "Namespace", NULL);
        state->bridge = get_text(file, "Bridge");
        state->mtu = (guint) g_key_file_get_integer(file, GROUP, "Mtu", NULL);
        state->is_internal = g_key_file_get_boolean(file, GROUP, "Internal", NULL);
        state->has_names = g_key_file_get_boolean(file, GROUP, "Names", NULL);
        state->keeps_clients = g_key_file_get_boolean(file, GROUP, "KeepsClients", NULL);
        state->upstreams = g_key_file_get_string_list(file, GROUP, "Upstreams", NULL, NULL);
        if (!state->upstreams)
                state->upstreams = g_new0(char *, 1);
        if (!read_addresses(file, state, error))
                return fail_prefix(error, "%s", path);
        *ret_state = g_steal_pointer(&state);
        return true;
}

/* Process ids and descriptors are used again; an inode of a namespace that we hold open is not. */
static bool open_if_same(const char *path, guint64 inode, int *ret_fd) {
        struct stat status;

        autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) < 0 || status.st_ino != inode)
                return false;
        *ret_fd = steal_fd(&fd);
        return true;
}

bool registry_open_namespace(const char *folder, const NetworkState *state, int *ret_fd) {
        g_autofree char *own = g_strdup_printf("/proc/%d/ns/net", (int) state->pid);

        if (state->pid > 0 && open_if_same(own, state->namespace, ret_fd))
                return true;
        g_autoptr(GPtrArray) leases = lease_list(folder);
        for (guint i = 0; i < leases->len; i++) {
                const Lease *lease = leases->pdata[i];
                g_autofree char *path =
                        g_strdup_printf("/proc/%d/fd/%d", (int) lease->pid, lease->namespace_fd);
                if (open_if_same(path, state->namespace, ret_fd))
                        return true;
        }
        return false;
}

GPtrArray *registry_list(const char *runtime_dir) {
        g_autofree char *folder = registry_folder(runtime_dir, "");

        return folder_list(AT_FDCWD, folder);
}
