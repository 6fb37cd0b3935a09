/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who asks knows its neighbours on all of its networks, whichever gateway it asks. */

#include "network/resolver-names.h"

#include <string.h>

#define PODMAN_DOMAIN ".dns.podman" /* the domain that Podman's networks have */

void resolver_names_clear(Names *names) {
        g_clear_pointer(&names->addresses, g_array_unref);
        g_clear_pointer(&names->pointer, g_free);
        g_clear_pointer(&names->asker, lease_free);
}

static bool has_address(const Lease *lease, const Address *address) {
        return subnet_is_equal(&lease->addresses[REGISTRY_V4], address) ||
               subnet_is_equal(&lease->addresses[REGISTRY_V6], address);
}

static bool has_name(const Lease *lease, const char *name) {
        for (char **known = lease->names; known && *known; known++)
                if (g_ascii_strcasecmp(*known, name) == 0)
                        return true;
        return false;
}

/* The addresses of all that are called NAME. */
static void find_addresses(const GPtrArray *leases, const char *name, GArray *addresses) {
        for (guint i = 0; i < leases->len; i++) {
                const Lease *lease = leases->pdata[i];
                for (guint j = 0; has_name(lease, name) && j < REGISTRY_FAMILIES; j++)
                        if (lease->addresses[j].family != 0)
                                g_array_append_val(addresses, lease->addresses[j]);
        }
}

/* The name of who has ADDRESS: the one of its file, or ContainerName=. Caller frees. */
static char *find_pointer(const GPtrArray *leases, const Address *address) {
        for (guint i = 0; i < leases->len; i++)
                if (has_address(leases->pdata[i], address))
                        return g_strdup(((const Lease *) leases->pdata[i])->container);
        return NULL;
}

static void find_on(const GPtrArray *leases, const char *name, const Address *pointer, Names *names) {
        if (pointer && !names->pointer)
                names->pointer = find_pointer(leases, pointer);
        if (!pointer)
                find_addresses(leases, name, names->addresses);
        names->is_known = names->pointer || names->addresses->len > 0;
}

static Lease *take_asker(GPtrArray *leases, const Address *client) {
        for (guint i = 0; i < leases->len; i++)
                if (has_address(leases->pdata[i], client))
                        return g_ptr_array_steal_index(leases, i);
        return NULL;
}

/* The networks but OWN that the one who asks is on. */
static void find_elsewhere(const char *runtime_dir, const char *own, const char *name,
                           const Address *pointer, Names *names) {
        g_autoptr(GPtrArray) networks = registry_list(runtime_dir);

        for (guint i = 0; i < networks->len && !names->is_known; i++) {
                g_autofree char *folder = registry_folder(runtime_dir, networks->pdata[i]);
                if (g_str_equal(networks->pdata[i], own))
                        continue;
                g_autoptr(Lease) lease = lease_find(folder, names->asker->container);
                if (!lease || lease->pid != names->asker->pid)
                        continue;
                g_autoptr(GPtrArray) leases = lease_list(folder);
                find_on(leases, name, pointer, names);
        }
}

/* Addresses of the network are nobody else's to name. */
static bool is_own(const NetworkState *state, const Address *address) {
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                if (state->subnets[i].base.family == address->family &&
                    subnet_contains(&state->subnets[i], address))
                        return true;
        return false;
}

void resolver_names_find(const char *runtime_dir, const NetworkState *state, const Address *client,
                         const DnsQuestion *question, Names *ret_names) {
        g_autofree char *folder = registry_folder(runtime_dir, state->name);
        g_autoptr(GPtrArray) leases = lease_list(folder);
        g_autofree char *name = g_strdup(question->name);
        Address address;
        bool is_pointer = dns_message_parse_pointer(question, &address);

        if (g_str_has_suffix(name, PODMAN_DOMAIN))
                name[strlen(name) - strlen(PODMAN_DOMAIN)] = '\0';
        *ret_names = (Names){.addresses = g_array_new(FALSE, FALSE, sizeof(Address))};
        find_on(leases, name, is_pointer ? &address : NULL, ret_names);
        ret_names->asker = take_asker(leases, client);
        if (ret_names->asker && !ret_names->is_known)
                find_elsewhere(runtime_dir, state->name, name, is_pointer ? &address : NULL, ret_names);
        if (ret_names->is_known)
                return;
        ret_names->is_known = is_pointer && is_own(state, &address);
        ret_names->code = ret_names->is_known || state->is_internal ? DNS_NO_SUCH_NAME : DNS_SERVER_FAILURE;
}
