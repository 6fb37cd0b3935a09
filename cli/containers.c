/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A running container costs one small file to be read; only units that do not run are asked of the manager, one by
 * one. */

#include "cli/containers.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/usage.h"
#include "generator/service.h"
#include "spec/container-options.h"
#include "spec/key-options.h"
#include "spec/nearest.h"
#include "spec/pod-spec.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void container_free(Container *container) {
        if (!container)
                return;
        g_free(container->name);
        g_free(container->unit);
        container_state_free(container->state);
        container_spec_free(container->spec);
        g_free(container->folder);
        g_free(container->fault);
        g_free(container->active);
        g_free(container->sub);
        g_free(container->load);
        g_free(container);
}

static Container *new_container(const char *name, const char *unit) {
        Container *container = g_new0(Container, 1);

        container->name = g_strdup(name);
        container->unit = g_strdup(unit);
        container->active = g_strdup("");
        container->sub = g_strdup("");
        container->load = g_strdup("");
        return container;
}

/* ---- those that run ---- */

static GPtrArray *find_running(const Manager *manager) {
        GPtrArray *containers = g_ptr_array_new_with_free_func((GDestroyNotify) container_free);
        g_autofree char *top = g_build_filename(manager->runtime_dir, "wolffia", NULL);
        autodir DIR *folder = opendir(top); /* not there: nothing runs */
        struct dirent *entry;

        while (folder && (entry = readdir(folder))) {
                g_autofree char *path = g_build_filename(top, entry->d_name, NULL);
                g_autoptr(ContainerState) state = NULL;

                /* Whatever else lies there is not for us. */
                if (entry->d_name[0] == '.' || !state_load(path, &state, NULL) || !state_is_alive(state))
                        continue;
                Container *container = new_container(state->name, state->unit);
                container->state = g_steal_pointer(&state);
                container->folder = g_steal_pointer(&path);
                g_ptr_array_add(containers, container);
        }
        return containers;
}

/* ---- units ---- */

/* systemd puts "$" in when it executes the command; "$$" stands for one that it leaves. */
static void unescape(char *word) {
        char *to = word;

        for (const char *from = word; *from; from++) {
                if (from[0] == '$' && from[1] == '$')
                        from++;
                *to++ = *from;
        }
        *to = '\0';
}

static bool is_runner(const char *program) {
        return program && g_str_has_suffix(program, "/wolffia-runner");
}

static bool is_pod(const char *word) {
        return g_strcmp0(word, "--pod-infra") == 0;
}

/* Of a pod: what is to be seen of it beside containers. */
static bool read_pod(const char *const *options, ContainerSpec **ret_spec, GError **error) {
        g_autoptr(PodSpec) pod = pod_spec_new();

        if (!key_options_parse(&pod_key_table, options, pod, error))
                return false;
        *ret_spec = container_spec_new();
        (*ret_spec)->name = g_strdup(pod->name);
        for (guint i = 0; i < pod->ports->len; i++)
                g_ptr_array_add((*ret_spec)->ports, g_strdup(pod->ports->pdata[i]));
        return true;
}

bool containers_load_spec(Manager *manager, Container *container, GError **error) {
        g_auto(GStrv) words = NULL;
        g_autoptr(GError) fault = NULL;

        if (container->spec || container->fault || !*container->unit)
                return true;
        if (!manager_get_command(manager, container->unit, &words, error))
                return false;
        if (!is_runner(words[0]))
                return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                            "%s is no container: it does not execute wolffia-runner", container->unit);
        for (char **word = words; *word; word++)
                unescape(*word);
        bool read = is_pod(words[1]) ? read_pod((const char *const *) words + 2, &container->spec, &fault)
                                     : container_options_parse((const char *const *) words + 1,
                                                               &container->spec, &fault);
        if (!read)
                container->fault = g_strdup(fault->message);
        return true;
}

static char *unit_stem(const char *unit) {
        return g_str_has_suffix(unit, ".service") ? g_strndup(unit, strlen(unit) - strlen(".service"))
                                                  : g_strdup(unit);
}

/* NULL: it is no container's, or cannot be asked for (it may have gone meanwhile). */
static Container *from_unit(Manager *manager, const ManagerUnit *unit) {
        g_autofree char *stem = unit_stem(unit->name);
        g_autoptr(Container) container = new_container(stem, unit->name);

        if (!containers_load_spec(manager, container, NULL))
                return NULL;
        if (container->spec && container->spec->name) {
                g_free(container->name);
                container->name = g_strdup(container->spec->name);
        }
        g_free(container->active);
        g_free(container->sub);
        g_free(container->load);
        container->active = g_strdup(unit->active);
        container->sub = g_strdup(unit->sub);
        container->load = g_strdup(unit->load);
        return g_steal_pointer(&container);
}

static bool is_ours(const char *folder, const char *name) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char start[sizeof SERVICE_MARK];
        autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

        return fd >= 0 && read(fd, start, sizeof start - 1) == sizeof start - 1 &&
               memcmp(start, SERVICE_MARK, sizeof start - 1) == 0;
}

/* Units that nobody has asked for yet are not loaded, so the manager does not list them: the generator's folder does. */
static void add_unloaded(Manager *manager, GHashTable *known, GPtrArray *containers) {
        g_autofree char *path = g_build_filename(manager->runtime_dir, "systemd", "generator", NULL);
        autodir DIR *folder = opendir(path);
        struct dirent *entry;

        while (folder && (entry = readdir(folder))) {
                ManagerUnit unit = {
                        .name = entry->d_name,
                        .load = (char *) "loaded",
                        .active = (char *) "inactive",
                        .sub = (char *) "dead",
                };
                if (!g_str_has_suffix(entry->d_name, ".service") || strstr(entry->d_name, "@.") ||
                    g_hash_table_contains(known, entry->d_name) || !is_ours(path, entry->d_name))
                        continue;
                Container *container = from_unit(manager, &unit);
                if (container)
                        g_ptr_array_add(containers, container);
        }
}

static bool is_moving(const ManagerUnit *unit) {
        return g_str_equal(unit->active, "activating") || g_str_equal(unit->active, "deactivating") ||
               g_str_equal(unit->active, "reloading");
}

static void set_unit_state(Container *container, const ManagerUnit *unit) {
        g_free(container->active);
        g_free(container->sub);
        container->active = g_strdup(unit->active);
        container->sub = g_strdup(unit->sub);
}

static bool add_units(Manager *manager, bool all, GPtrArray *containers, GError **error) {
        g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GHashTable) running = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GPtrArray) units = NULL;

        if (!manager_list(manager, "*.service", &units, error))
                return false;
        for (guint i = 0; i < containers->len; i++) {
                Container *container = containers->pdata[i];
                g_hash_table_insert(running, container->unit, container);
        }
        for (guint i = 0; i < units->len; i++) {
                const ManagerUnit *unit = units->pdata[i];
                Container *container = g_hash_table_lookup(running, unit->name);

                g_hash_table_add(known, unit->name);
                if (container)
                        set_unit_state(container, unit);
                else if ((all || is_moving(unit)) && !g_str_equal(unit->load, "not-found") &&
                         (container = from_unit(manager, unit)))
                        g_ptr_array_add(containers, container);
        }
        if (all)
                add_unloaded(manager, known, containers);
        return true;
}

static int compare_names(const void *a, const void *b) {
        const Container *const *left = a, *const *right = b;

        return strcmp((*left)->name, (*right)->name);
}

bool containers_list(Manager *manager, bool all, GPtrArray **ret_containers, GError **error) {
        g_autoptr(GPtrArray) containers = find_running(manager);

        if (manager->bus && !add_units(manager, all, containers, error))
                return false;
        g_ptr_array_sort(containers, compare_names);
        *ret_containers = g_steal_pointer(&containers);
        return true;
}

/* ---- one of them ---- */

/* "web.container" is what the user has written, "web.service" what it became. */
static char *unit_of(const char *name) {
        if (g_str_has_suffix(name, ".service"))
                return g_strdup(name);
        g_autofree char *stem = g_str_has_suffix(name, ".container")
                                        ? g_strndup(name, strlen(name) - strlen(".container"))
                                        : g_strdup(name);
        return g_strconcat(stem, ".service", NULL);
}

static Container *steal_match(GPtrArray *containers, const char *name, const char *unit) {
        for (guint i = 0; i < containers->len; i++)
                if (g_str_equal(((Container *) containers->pdata[i])->name, name))
                        return g_ptr_array_steal_index(containers, i);
        for (guint i = 0; unit && i < containers->len; i++)
                if (g_str_equal(((Container *) containers->pdata[i])->unit, unit))
                        return g_ptr_array_steal_index(containers, i);
        return NULL;
}

/* What the manager says of a unit that may not be loaded yet. */
static Container *ask_manager(Manager *manager, const char *unit) {
        g_autofree char *load = NULL, *active = NULL, *sub = NULL;

        /* A name that cannot be a unit's is none. */
        if (!manager->bus || strchr(unit, '/') || strstr(unit, "@.") ||
            !manager_get_string(manager, unit, "Unit", "LoadState", &load, NULL) ||
            g_str_equal(load, "not-found") ||
            !manager_get_string(manager, unit, "Unit", "ActiveState", &active, NULL) ||
            !manager_get_string(manager, unit, "Unit", "SubState", &sub, NULL))
                return NULL;
        const ManagerUnit found = {
                .name = (char *) unit, .load = load, .active = active, .sub = sub, .description = NULL};
        return from_unit(manager, &found);
}

static bool fail_unknown(const GPtrArray *containers, const char *name, GError **error) {
        const char *nearest = NULL;
        guint best = G_MAXUINT;

        for (guint i = 0; i < containers->len; i++) {
                const Container *container = containers->pdata[i];
                guint distance = nearest_distance(name, container->name);
                if (distance < best) {
                        best = distance;
                        nearest = container->name;
                }
        }
        if (nearest && nearest_is_plausible(name, best))
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "There is no container '%s'; did you mean '%s'?",
                            name, nearest);
        return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                    "There is no container '%s'; 'wolffia ps --all' lists them (after 'systemctl --user "
                    "daemon-reload' for new files)",
                    name);
}

/* A unit of another name that has a container of this one. */
static Container *search_all(Manager *manager, const char *name, GError **error) {
        g_autoptr(GPtrArray) containers = NULL;

        if (!containers_list(manager, true, &containers, error))
                return NULL;
        Container *found = steal_match(containers, name, NULL);
        if (!found)
                fail_unknown(containers, name, error);
        return found;
}

bool containers_find(Manager *manager, const char *name, Container **ret_container, GError **error) {
        g_autofree char *unit = unit_of(name);
        g_autoptr(GPtrArray) running = find_running(manager);
        g_autoptr(Container) container = steal_match(running, name, unit);

        if (container && *container->unit && manager->bus) {
                g_autoptr(Container) asked = ask_manager(manager, container->unit);
                if (asked) {
                        asked->state = g_steal_pointer(&container->state);
                        asked->folder = g_steal_pointer(&container->folder);
                        g_free(asked->name);
                        asked->name = g_strdup(asked->state->name);
                        *ret_container = g_steal_pointer(&asked);
                        return true;
                }
        }
        if (!container)
                container = ask_manager(manager, unit);
        if (!container &&
            (!manager_require(manager, error) || !(container = search_all(manager, name, error))))
                return false;
        *ret_container = g_steal_pointer(&container);
        return true;
}

bool containers_find_running(Manager *manager, const char *name, Container **ret_container, GError **error) {
        g_autofree char *unit = unit_of(name);
        g_autoptr(GPtrArray) running = find_running(manager);
        g_autoptr(Container) container = steal_match(running, name, unit);

        if (container) {
                *ret_container = g_steal_pointer(&container);
                return true;
        }
        if (!containers_find(manager, name, &container, error))
                return false;
        if (!container->state)
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "'%s' does not run (it is %s); 'wolffia start %s' starts it, 'wolffia logs %s' may tell why",
                        container->name, container_status(container), name, name);
        *ret_container = g_steal_pointer(&container);
        return true;
}

int containers_open_payload(const ContainerState *state) {
        autofd int fd = (int) syscall(SYS_pidfd_open, state->payload, 0);

        /* Looked at again: the number may be another process's since. */
        return fd >= 0 && state_is_alive(state) ? steal_fd(&fd) : -1;
}

/* ---- what is said of one ---- */

static bool is_broken(const Container *container) {
        return container->fault || (container->spec && container->spec->broken);
}

const char *container_status(const Container *container) {
        static const char *const states[][2] = {
                {"activating", "starting"}, {"deactivating", "stopping"}, {"active", "exited"},
                {"reloading", "starting"},  {"inactive", "stopped"},      {"failed", "failed"},
        };

        if (container->state) {
                if (state_is_frozen(container->state))
                        return "paused";
                if (g_str_equal(container->active, "deactivating"))
                        return "stopping";
                return g_str_equal(container->active, "activating") ? "starting" : "running";
        }
        if (is_broken(container))
                return "broken";
        if (g_str_equal(container->sub, "auto-restart"))
                return "restarting";
        for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
                if (g_str_equal(container->active, states[i][0]))
                        return states[i][1];
        return "unknown";
}

const char *container_image(const Container *container) {
        if (container->state)
                return *container->state->image ? container->state->image : container->state->rootfs;
        if (!container->spec)
                return "";
        return container->spec->image    ? container->spec->image
               : container->spec->rootfs ? container->spec->rootfs
                                         : "";
}
