/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A network that runs costs a few small files to be read; only units are asked of the manager. */

#include "cli/networks.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "config.h"
#include "network/lease.h"
#include "spec/key-options.h"
#include "spec/nearest.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#define UNIT_SIZE_MAX (1 << 20)

void known_network_free(KnownNetwork *network) {
        if (!network)
                return;
        g_free(network->name);
        g_free(network->unit);
        network_state_free(network->state);
        network_spec_free(network->spec);
        g_clear_pointer(&network->members, g_ptr_array_unref);
        g_free(network->active);
        g_free(network);
}

static KnownNetwork *new_network(const char *name, const char *unit) {
        KnownNetwork *network = g_new0(KnownNetwork, 1);

        network->name = g_strdup(name);
        network->unit = g_strdup(unit);
        network->active = g_strdup("");
        return network;
}

/* ---- those that run ---- */

static int compare_leases(const void *a, const void *b) {
        const Lease *const *left = a, *const *right = b;

        return strcmp((*left)->container, (*right)->container);
}

static GPtrArray *find_running(const Manager *manager) {
        GPtrArray *networks = g_ptr_array_new_with_free_func((GDestroyNotify) known_network_free);
        g_autoptr(GPtrArray) names = registry_list(manager->runtime_dir);

        for (guint i = 0; i < names->len; i++) {
                g_autofree char *folder = registry_folder(manager->runtime_dir, names->pdata[i]);
                g_autoptr(NetworkState) state = NULL;
                autofd int fd = -1;

                /* What a crash has left is none. */
                if (!registry_load(folder, &state, NULL) || !registry_open_namespace(folder, state, &fd))
                        continue;
                KnownNetwork *network = new_network(state->name, state->unit);
                network->state = g_steal_pointer(&state);
                network->members = lease_list(folder);
                g_ptr_array_sort(network->members, compare_leases);
                g_ptr_array_add(networks, network);
        }
        return networks;
}

/* ---- units ---- */

static KnownNetwork *find_unit(const GPtrArray *networks, const char *unit) {
        for (guint i = 0; i < networks->len; i++)
                if (g_str_equal(((KnownNetwork *) networks->pdata[i])->unit, unit))
                        return networks->pdata[i];
        return NULL;
}

/* Adds what is said of a unit, if it is a network's. */
static void add_unit(Manager *manager, const char *unit, const char *active, GPtrArray *networks) {
        g_autoptr(NetworkSpec) spec = network_spec_new();
        g_auto(GStrv) words = NULL;

        if (!manager_get_command(manager, unit, &words, NULL) || !words[0] ||
            !g_str_has_suffix(words[0], "/wolffia-network"))
                return;
        bool is_read = key_options_parse(&network_key_table, (const char *const *) words + 1, spec, NULL);
        KnownNetwork *network = find_unit(networks, unit);
        if (!network) {
                g_autofree char *stem = g_strndup(unit, strlen(unit) - strlen(".service"));
                network = new_network(is_read && spec->name ? spec->name : stem, unit);
                g_ptr_array_add(networks, network);
        }
        g_free(network->active);
        network->active = g_strdup(active);
        if (is_read && !network->spec)
                network->spec = g_steal_pointer(&spec);
}

/* Units that nobody has asked for yet are not loaded, so the manager does not list them. */
static void add_unloaded(Manager *manager, GHashTable *known, GPtrArray *networks) {
        g_autofree char *path = g_build_filename(manager->runtime_dir, "systemd", "generator", NULL);
        autodir DIR *folder = opendir(path);
        struct dirent *entry;

        while (folder && (entry = readdir(folder))) {
                g_autofree char *text = NULL;

                if (g_str_has_suffix(entry->d_name, ".service") && !strstr(entry->d_name, "@.") &&
                    !g_hash_table_contains(known, entry->d_name) &&
                    file_read(dirfd(folder), entry->d_name, UNIT_SIZE_MAX, &text, NULL, NULL) &&
                    strstr(text, "ExecStart=" WOLFFIA_NETWORK_PATH))
                        add_unit(manager, entry->d_name, "inactive", networks);
        }
}

static int compare_names(const void *a, const void *b) {
        const KnownNetwork *const *left = a, *const *right = b;

        return strcmp((*left)->name, (*right)->name);
}

bool networks_list(Manager *manager, GPtrArray **ret_networks, GError **error) {
        g_autoptr(GPtrArray) networks = find_running(manager), units = NULL;
        g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

        if (manager->bus) {
                if (!manager_list(manager, "*.service", &units, error))
                        return false;
                for (guint i = 0; i < units->len; i++) {
                        const ManagerUnit *unit = units->pdata[i];
                        g_hash_table_add(known, unit->name);
                        if (!g_str_equal(unit->load, "not-found"))
                                add_unit(manager, unit->name, unit->active, networks);
                }
                add_unloaded(manager, known, networks);
        }
        g_ptr_array_sort(networks, compare_names);
        *ret_networks = g_steal_pointer(&networks);
        return true;
}

/* ---- one of them ---- */

/* "app.network" is what the user has written, "app-network.service" what it became, "systemd-app" what Podman calls it. */
static bool is_called(const KnownNetwork *network, const char *name) {
        g_autofree char *unit = g_strconcat(name, ".service", NULL);
        bool is_file = g_str_has_suffix(name, ".network");
        g_autofree char *stem = g_strndup(name, strlen(name) - (is_file ? strlen(".network") : 0));
        g_autofree char *of_file = g_strconcat(stem, "-network.service", NULL);
        g_autofree char *quadlets = g_strconcat("systemd-", network->name, NULL);

        return g_str_equal(network->name, name) || g_str_equal(network->unit, name) ||
               g_str_equal(network->unit, unit) || g_str_equal(network->unit, of_file) ||
               g_str_equal(name, quadlets);
}

bool networks_find(const GPtrArray *networks, const char *name, const KnownNetwork **ret_network,
                   GError **error) {
        const char *nearest = NULL;
        guint best = G_MAXUINT;

        for (guint i = 0; i < networks->len; i++) {
                const KnownNetwork *network = networks->pdata[i];
                guint distance = nearest_distance(name, network->name);

                if (is_called(network, name)) {
                        *ret_network = network;
                        return true;
                }
                if (distance < best) {
                        best = distance;
                        nearest = network->name;
                }
        }
        if (nearest && nearest_is_plausible(name, best))
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no network '%s'; did you mean '%s'?",
                            name, nearest);
        return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                    "There is no network '%s'; 'wolffia network list' shows those that are, a .network file "
                    "makes one (after 'systemctl --user daemon-reload')",
                    name);
}

const char *known_network_status(const KnownNetwork *network) {
        static const char *const states[][2] = {
                {"activating", "starting"}, {"deactivating", "stopping"}, {"failed", "failed"}};

        for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
                if (g_str_equal(network->active, states[i][0]))
                        return states[i][1];
        return network->state ? "running" : "stopped";
}
