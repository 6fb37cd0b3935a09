/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is chosen before the container exists. Making it is network-connect.c's. */

#include "runner/network-join.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/process.h"
#include "network/lease.h"
#include "runner/network-address.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static void place_free(Place *place) {
        network_member_free(place->asked);
        network_state_free(place->state);
        g_free(place->folder);
        g_free(place->interface);
        cleanup_fd(&place->namespace_fd);
        cleanup_fd(&place->lease_fd);
        g_free(place);
}

void network_join_free(NetworkJoin *join) {
        if (!join)
                return;
        for (guint i = 0; i < join->listeners->len; i++)
                close(g_array_index(join->listeners, int, i));
        g_array_unref(join->listeners);
        g_ptr_array_unref(join->forwards);
        g_ptr_array_unref(join->places);
        g_free(join->address);
        g_free(join->address6);
        sync_close(&join->sync);
        if (join->helper > 0)
                process_kill(join->helper);
        g_free(join);
}

/* ---- which networks ---- */

static bool parse_place(const char *text, guint i, Place *place, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;

        if (!value_network_parse(text, &mode, error))
                return fail_prefix(error, "Network=%s", text);
        if (mode->kind != NETWORK_UNIT && mode->kind != NETWORK_NAMED)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Network=%s cannot stand beside other networks; leave it or the others out",
                            text);
        if (!value_member_parse(mode, &place->asked, error))
                return fail_prefix(error, "Network=%s", text);
        place->interface =
                place->asked->interface ? g_strdup(place->asked->interface) : g_strdup_printf("eth%u", i);
        return true;
}

/* podman-run(1): --ip, --ip6 and --network-alias are for a single network, or the first. */
static bool add_keys(const ContainerSpec *spec, GPtrArray *places, GError **error) {
        NetworkMember *first = ((Place *) places->pdata[0])->asked;

        if ((spec->ip || spec->ip6) && places->len > 1)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "IP= and IP6= are for a single network; write Network=%s:ip=ADDRESS instead",
                            first->network);
        if (spec->ip)
                first->ip = (g_free(first->ip), g_strdup(spec->ip));
        if (spec->ip6)
                first->ip6 = (g_free(first->ip6), g_strdup(spec->ip6));
        for (guint i = 0; i < places->len; i++)
                for (guint j = 0; j < spec->network_aliases->len; j++)
                        g_ptr_array_add(((Place *) places->pdata[i])->asked->aliases,
                                        g_strdup(spec->network_aliases->pdata[j]));
        return true;
}

static bool find_network(const char *runtime_dir, Place *place, GError **error) {
        const char *name = place->asked->network;

        place->folder = registry_folder(runtime_dir, name);
        if (registry_load(place->folder, &place->state, NULL) &&
            registry_open_namespace(place->folder, place->state, &place->namespace_fd))
                return true;
        return fail(
                error, WOLFFIA_ERROR_NOT_FOUND,
                "There is no network '%s' that runs: 'systemctl --user start %s-network' starts the one of "
                "%s.network, and 'systemctl --user start wolffia-network@%s' one that needs no file",
                name, name, name, name);
}

static bool open_owner(const Place *place, NamespacesOwner *owner, GError **error) {
        if (namespaces_owner_open(place->state->pid, owner, error))
                return true;
        return fail_prefix(error, "The service of the network '%s' does not run", place->asked->network);
}

/* All networks of a user lie in one; another one could only be of a service that was started with other ids. */
static bool is_owned(const Place *place, const NamespacesOwner *owner) {
        struct stat a, b;
        autofd int fd = ioctl(place->namespace_fd, NS_GET_USERNS);

        return fd >= 0 && fstat(fd, &a) == 0 && fstat(owner->user_fd, &b) == 0 && a.st_ino == b.st_ino;
}

bool network_join_choose(const ContainerSpec *spec, const char *runtime_dir, Network *network,
                         NamespacesOwner *owner, GError **error) {
        NetworkJoin *join = network->join = g_new0(NetworkJoin, 1);

        join->places = g_ptr_array_new_with_free_func((GDestroyNotify) place_free);
        join->listeners = g_array_new(FALSE, FALSE, sizeof(int));
        join->forwards = g_ptr_array_new_with_free_func(g_free);
        join->sync = SYNC_NONE;
        for (guint i = 0; i < spec->networks->len; i++) {
                Place *place = g_new0(Place, 1);
                place->namespace_fd = place->lease_fd = -1;
                g_ptr_array_add(join->places, place);
                if (!parse_place(spec->networks->pdata[i], i, place, error))
                        return false;
        }
        if (!add_keys(spec, join->places, error))
                return false;
        for (guint i = 0; i < join->places->len; i++) {
                Place *place = join->places->pdata[i];
                if (!find_network(runtime_dir, place, error) || (i == 0 && !open_owner(place, owner, error)))
                        return false;
                if (!is_owned(place, owner))
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "The network '%s' lies in another user namespace than '%s'; restart both "
                                "networks' services",
                                place->asked->network, ((Place *) join->places->pdata[0])->asked->network);
        }
        return true;
}

/* ---- addresses ---- */

static GArray *list_taken(const Place *place, guint family) {
        g_autoptr(GPtrArray) leases = lease_list(place->folder);
        GArray *taken = g_array_new(FALSE, FALSE, sizeof(Address));

        g_array_append_val(taken, place->state->gateways[family]);
        for (guint i = 0; i < leases->len; i++)
                g_array_append_val(taken, ((Lease *) leases->pdata[i])->addresses[family]);
        return taken;
}

/* Whether ADDRESS is one that a member of the network may have. */
static bool check_place(const Place *place, const char *asked, const Address *address, guint family,
                        GError **error) {
        const Subnet *subnet = &place->state->subnets[family];
        const char *network = place->asked->network;
        g_autofree char *text = subnet_print(subnet);

        if (!*text)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "The address %s cannot be had on the network '%s': it has no %s (%s in its .network "
                        "file gives it some)",
                        asked, network, family == REGISTRY_V6 ? "IPv6" : "IPv4",
                        family == REGISTRY_V6 ? "IPv6=yes" : "Subnet=");
        if (!subnet_contains(subnet, address))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The address %s is not in %s, the subnet of the network '%s'", asked, text,
                            network);
        if (subnet_is_end(subnet, address))
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "The address %s is the first or the last of %s, the subnet of the network '%s', which "
                        "stand for all of it; choose another",
                        asked, text, network);
        return true;
}

/* Who has ADDRESS; NULL for nobody. Caller frees. */
static char *find_holder(const Place *place, guint family, const Address *address) {
        g_autoptr(GPtrArray) leases = lease_list(place->folder);

        if (subnet_is_equal(&place->state->gateways[family], address))
                return g_strdup("the gateway");
        for (guint i = 0; i < leases->len; i++) {
                const Lease *lease = leases->pdata[i];
                if (subnet_is_equal(&lease->addresses[family], address))
                        return g_strdup_printf("the container '%s'", lease->container);
        }
        return NULL;
}

static bool take_asked(Place *place, guint family, const char *asked, GError **error) {
        Address address;

        if (!subnet_parse_address(asked, &address, error) ||
            !check_place(place, asked, &address, family, error))
                return false;
        g_autofree char *holder = find_holder(place, family, &address);
        if (holder)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The address %s is taken on the network '%s' by %s; choose another", asked,
                            place->asked->network, holder);
        place->addresses[family] = address;
        return true;
}

static bool take_free(Place *place, guint family, GError **error) {
        if (place->state->subnets[family].base.family == 0)
                return true;
        g_autoptr(GArray) taken = list_taken(place, family);
        return subnet_find_free(&place->state->subnets[family], &place->state->ranges[family], taken,
                                &place->addresses[family], error);
}

static bool choose_addresses(Place *place, GError **error) {
        const char *asked[REGISTRY_FAMILIES] = {place->asked->ip, place->asked->ip6};

        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                if (asked[i] ? !take_asked(place, i, asked[i], error) : !take_free(place, i, error))
                        return false;
        return true;
}

static void add_name(GPtrArray *names, const char *name) {
        for (guint i = 0; i < names->len; i++)
                if (g_ascii_strcasecmp(names->pdata[i], name) == 0)
                        return;
        g_ptr_array_add(names, g_strdup(name));
}

/* A pod's file is without the "-pod" of its unit. */
static void add_pod_names(GPtrArray *names, const ContainerSpec *spec, const char *stem) {
        if (spec->image || spec->rootfs || !g_str_has_suffix(stem, "-pod"))
                return;
        g_autofree char *file = g_strndup(stem, strlen(stem) - strlen("-pod"));
        g_autofree char *prefixed = g_strconcat("systemd-", file, NULL);
        add_name(names, file);
        add_name(names, prefixed);
}

/* The container's name, that of its unit, both also as Podman's Quadlet has them, its host name, its aliases. */
static char **list_names(const ContainerSpec *spec, const NetworkMember *asked) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *prefixed = g_strconcat("systemd-", spec->name, NULL);

        add_name(names, spec->name);
        add_name(names, prefixed);
        if (spec->unit && g_str_has_suffix(spec->unit, ".service")) {
                g_autofree char *stem = g_strndup(spec->unit, strlen(spec->unit) - strlen(".service"));
                /* An instance of a template is systemd-NAME_INSTANCE there. */
                g_autofree char *other = g_strdelimit(g_strconcat("systemd-", stem, NULL), "@", '_');
                add_name(names, stem);
                add_name(names, other);
                add_pod_names(names, spec, stem);
        }
        if (spec->host_name && *spec->host_name)
                add_name(names, spec->host_name);
        for (guint i = 0; i < asked->aliases->len; i++)
                add_name(names, asked->aliases->pdata[i]);
        g_ptr_array_add(names, NULL);
        return (char **) g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static bool reserve_place(const ContainerSpec *spec, Place *place, GError **error) {
        autofd int lock_fd = -1;

        if (!lease_lock(place->folder, &lock_fd, error))
                return false;
        lease_sweep(place->folder);
        if (!choose_addresses(place, error))
                return false;
        g_auto(GStrv) names = list_names(spec, place->asked);
        g_auto(GStrv) upstreams = g_new0(char *, spec->dns->len + 1);
        for (guint i = 0; i < spec->dns->len; i++)
                upstreams[i] = g_strdup(spec->dns->pdata[i]);
        Lease lease = {
                .container = spec->name,
                .pid = getpid(), /* the supervisor's too */
                .namespace_fd = place->namespace_fd,
                .addresses = {place->addresses[0], place->addresses[1]},
                .names = names,
                .upstreams = upstreams,
        };
        return lease_take(place->folder, &lease, &place->lease_fd, error);
}

/* Of the first network that has names: it knows those of the others too. */
static void choose_name_servers(const ContainerSpec *spec, Network *network) {
        const NetworkJoin *join = network->join;

        network->name_servers = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < join->places->len; i++) {
                const NetworkState *state = ((Place *) join->places->pdata[i])->state;
                if (!state->has_names)
                        continue;
                for (guint j = 0; j < REGISTRY_FAMILIES; j++)
                        if (state->gateways[j].family != 0)
                                g_ptr_array_add(network->name_servers,
                                                subnet_print_address(&state->gateways[j]));
                return;
        }
        const NetworkState *first = ((Place *) join->places->pdata[0])->state;
        for (guint i = 0; i < spec->dns->len; i++)
                g_ptr_array_add(network->name_servers, g_strdup(spec->dns->pdata[i]));
        for (char **server = first->upstreams; spec->dns->len == 0 && *server; server++)
                g_ptr_array_add(network->name_servers, g_strdup(*server));
}

bool network_join_reserve(const ContainerSpec *spec, Network *network, GError **error) {
        NetworkJoin *join = network->join;

        if (!join)
                return true;
        for (guint i = 0; i < join->places->len; i++)
                if (!reserve_place(spec, join->places->pdata[i], error))
                        return false;
        const Place *first = join->places->pdata[0];
        join->address = subnet_print_address(&first->addresses[REGISTRY_V4]);
        join->address6 = subnet_print_address(&first->addresses[REGISTRY_V6]);
        network->guest_address = *join->address ? join->address : NULL;
        network->guest_address6 = *join->address6 ? join->address6 : NULL;
        if (!first->state->is_internal)
                network_address_follow_host(network);
        choose_name_servers(spec, network);
        return true;
}

void network_join_keep(const Network *network) {
        for (guint i = 0; network->join && i < network->join->places->len; i++) {
                const Place *place = network->join->places->pdata[i];
                if (place->namespace_fd >= 0)
                        (void) fcntl(place->namespace_fd, F_SETFD, 0);
                if (place->lease_fd >= 0)
                        (void) fcntl(place->lease_fd, F_SETFD, 0);
        }
}
