/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Nothing is remembered of members: each question looks at the leases, so an answer is as true as they are. */

#include "network/resolver.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "network/dns-message.h"
#include "network/lease.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define MOST_PENDING   256
#define PATIENCE_USEC  (700 * G_TIME_SPAN_MILLISECOND)
#define MOST_UPSTREAMS 8
#define MOST_OF_ONE    64 /* of the pending ones, for one client: the others have questions too */

typedef union AnyAddress {
        struct sockaddr base;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
} AnyAddress;

/* A question that was passed on. */
typedef struct Pending {
        gint64 deadline; /* 0: free */
        AnyAddress client;
        int client_fd;
        guint16 client_id, id;
        guint upstream; /* of those below */
        Address upstreams[MOST_UPSTREAMS];
        guint count, size;
        guint8 message[512];
} Pending;

struct Resolver {
        char *runtime_dir;
        NetworkState *state;
        int server_fds[REGISTRY_FAMILIES]; /* on the gateways */
        int upstream_fds
                [REGISTRY_FAMILIES]; /* towards the host's name servers; -1 on networks without a way out */
        Pending pending[MOST_PENDING];
};

static socklen_t fill(AnyAddress *any, const Address *address, guint16 port) {
        memset(any, 0, sizeof *any);
        if (address->family == AF_INET) {
                any->v4.sin_family = AF_INET;
                any->v4.sin_port = htons(port);
                memcpy(&any->v4.sin_addr, address->bytes, 4);
                return sizeof any->v4;
        }
        any->v6.sin6_family = AF_INET6;
        any->v6.sin6_port = htons(port);
        memcpy(&any->v6.sin6_addr, address->bytes, 16);
        return sizeof any->v6;
}

static Address address_of(const AnyAddress *any) {
        Address address = {.family = any->base.sa_family};

        if (address.family == AF_INET)
                memcpy(address.bytes, &any->v4.sin_addr, 4);
        else
                memcpy(address.bytes, &any->v6.sin6_addr, 16);
        return address;
}

static bool open_server(const Address *gateway, int *ret_fd, GError **error) {
        AnyAddress any;
        socklen_t size = fill(&any, gateway, 53);

        autofd int fd = socket(gateway->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || bind(fd, &any.base, size) < 0)
                return fail_errno(error, errno, "Cannot answer for names on the network's gateway");
        *ret_fd = steal_fd(&fd);
        return true;
}

/* Bound to the way out, so that no member can pass for a name server of the host. */
static int open_upstream(int family, const char *way_out) {
        int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, way_out, (socklen_t) strlen(way_out)) < 0)
                cleanup_fd(&fd);
        return fd;
}

bool resolver_open(const char *runtime_dir, const NetworkState *state, const char *way_out,
                   Resolver **ret_resolver, GError **error) {
        g_autoptr(Resolver) resolver = g_new0(Resolver, 1);
        g_autofree char *folder = registry_folder(runtime_dir, state->name);

        resolver->runtime_dir = g_strdup(runtime_dir);
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                resolver->server_fds[i] = resolver->upstream_fds[i] = -1;
        if (!registry_load(folder, &resolver->state, error))
                return false;
        for (guint i = 0; state->has_names && i < REGISTRY_FAMILIES; i++) {
                int family = i == REGISTRY_V4 ? AF_INET : AF_INET6;
                if (state->gateways[i].family != 0 &&
                    !open_server(&state->gateways[i], &resolver->server_fds[i], error))
                        return false;
                if (!state->is_internal)
                        resolver->upstream_fds[i] = open_upstream(family, way_out);
        }
        *ret_resolver = g_steal_pointer(&resolver);
        return true;
}

void resolver_free(Resolver *resolver) {
        if (!resolver)
                return;
        for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                cleanup_fd(&resolver->server_fds[i]);
                cleanup_fd(&resolver->upstream_fds[i]);
        }
        network_state_free(resolver->state);
        g_free(resolver->runtime_dir);
        g_free(resolver);
}

/* ---- members ---- */

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

/* The addresses of all members called NAME. */
static void find_members(const char *folder, const char *name, GArray *addresses) {
        g_autoptr(GPtrArray) leases = lease_list(folder);

        for (guint i = 0; i < leases->len; i++) {
                const Lease *lease = leases->pdata[i];
                for (guint j = 0; has_name(lease, name) && j < REGISTRY_FAMILIES; j++)
                        if (lease->addresses[j].family != 0)
                                g_array_append_val(addresses, lease->addresses[j]);
        }
}

/* Who asks knows its neighbours on all of its networks, whichever gateway it asks. */
static Lease *find_names(const Resolver *resolver, const Address *client, const char *asked,
                         GArray *addresses) {
        g_autofree char *folder = registry_folder(resolver->runtime_dir, resolver->state->name);
        g_autoptr(GPtrArray) leases = lease_list(folder);
        g_autofree char *name = g_strdup(asked);
        Lease *asker = NULL;

        if (g_str_has_suffix(name, ".dns.podman")) /* the domain that Podman's networks have */
                name[strlen(name) - strlen(".dns.podman")] = '\0';
        for (guint i = 0; i < leases->len && !asker; i++)
                if (has_address(leases->pdata[i], client))
                        asker = g_ptr_array_steal_index(leases, i);
        find_members(folder, name, addresses);
        if (!asker || addresses->len > 0)
                return asker;
        g_autoptr(GPtrArray) networks = registry_list(resolver->runtime_dir);
        for (guint i = 0; i < networks->len; i++) {
                g_autofree char *other = registry_folder(resolver->runtime_dir, networks->pdata[i]);
                g_autoptr(Lease) lease = lease_find(other, asker->container);
                if (lease && lease->pid == asker->pid && !g_str_equal(other, folder))
                        find_members(other, name, addresses);
        }
        return asker;
}

/* ---- the others ---- */

static void send_pending(Resolver *resolver, Pending *pending) {
        const Address *upstream = &pending->upstreams[pending->upstream];
        int fd = resolver->upstream_fds[upstream->family == AF_INET ? REGISTRY_V4 : REGISTRY_V6];
        AnyAddress any;
        socklen_t size = fill(&any, upstream, 53);

        pending->deadline = g_get_monotonic_time() + PATIENCE_USEC;
        /* A loss is like any other: the next one is asked later. */
        if (fd >= 0)
                (void) sendto(fd, pending->message, pending->size, 0, &any.base, size);
}

static void add_upstreams(Pending *pending, char **texts) {
        for (; texts && *texts && pending->count < MOST_UPSTREAMS; texts++)
                if (subnet_parse_address(*texts, &pending->upstreams[pending->count], NULL))
                        pending->count++;
}

static bool find_slot(const Resolver *resolver, const AnyAddress *client, guint *ret_slot) {
        Address address = address_of(client);
        guint free_slot = MOST_PENDING, count = 0;

        for (guint i = 0; i < MOST_PENDING; i++) {
                Address other = address_of(&resolver->pending[i].client);
                if (resolver->pending[i].deadline == 0)
                        free_slot = MIN(free_slot, i);
                else if (subnet_is_equal(&other, &address))
                        count++;
        }
        *ret_slot = free_slot;
        return free_slot < MOST_PENDING && count < MOST_OF_ONE;
}

/* False: nobody can be asked. */
static bool pass_on(Resolver *resolver, int client_fd, const AnyAddress *client, const DnsQuestion *question,
                    const guint8 *message, size_t size, const Lease *asker) {
        guint slot;

        if (size > sizeof resolver->pending[0].message || resolver->state->is_internal ||
            !find_slot(resolver, client, &slot))
                return false;
        Pending *pending = &resolver->pending[slot];
        *pending = (Pending){
                .client = *client,
                .client_fd = client_fd,
                .client_id = question->id,
                .id = (guint16) (g_random_int() << 8 | slot),
                .size = (guint) size,
        };
        add_upstreams(pending, asker ? asker->upstreams : NULL);
        if (pending->count == 0)
                add_upstreams(pending, resolver->state->upstreams);
        if (pending->count == 0)
                return false;
        memcpy(pending->message, message, size);
        pending->message[0] = (guint8) (pending->id >> 8);
        pending->message[1] = (guint8) pending->id;
        send_pending(resolver, pending);
        return true;
}

static void take_answer(Resolver *resolver, int fd) {
        guint8 message[DNS_MESSAGE_SIZE];
        AnyAddress from;
        socklen_t size = sizeof from;

        ssize_t n = recvfrom(fd, message, sizeof message, 0, &from.base, &size);
        if (n < 12)
                return;
        guint16 id = (guint16) (message[0] << 8 | message[1]);
        Pending *pending = &resolver->pending[id % MOST_PENDING];
        Address address = address_of(&from);
        if (pending->deadline == 0 || pending->id != id ||
            !subnet_is_equal(&address, &pending->upstreams[pending->upstream]))
                return;
        message[0] = (guint8) (pending->client_id >> 8);
        message[1] = (guint8) pending->client_id;
        pending->deadline = 0;
        (void) sendto(pending->client_fd, message, (size_t) n, 0, &pending->client.base,
                      sizeof pending->client);
}

/* Nobody has answered: the client need not wait any longer. */
static void give_up(Pending *pending) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Address));
        guint8 reply[DNS_MESSAGE_SIZE];
        DnsQuestion question;

        pending->deadline = 0;
        pending->message[0] = (guint8) (pending->client_id >> 8);
        pending->message[1] = (guint8) pending->client_id;
        if (!dns_message_parse(pending->message, pending->size, &question))
                return;
        size_t size = dns_message_answer(pending->message, &question, DNS_SERVER_FAILURE, none, reply);
        (void) sendto(pending->client_fd, reply, size, 0, &pending->client.base, sizeof pending->client);
}

/* Asks the next server where one did not answer. Returns how long poll() may wait, in ms. */
static int look_at_clock(Resolver *resolver) {
        gint64 now = g_get_monotonic_time(), next = G_MAXINT64;

        for (guint i = 0; i < MOST_PENDING; i++) {
                Pending *pending = &resolver->pending[i];
                if (pending->deadline != 0 && pending->deadline <= now) {
                        if (++pending->upstream < pending->count)
                                send_pending(resolver, pending);
                        else
                                give_up(pending);
                }
                if (pending->deadline != 0)
                        next = MIN(next, pending->deadline);
        }
        return next == G_MAXINT64 ? -1 : (int) ((next - now) / 1000 + 1);
}

static void take_question(Resolver *resolver, int fd) {
        guint8 message[512], reply[DNS_MESSAGE_SIZE];
        g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(Address));
        DnsQuestion question;
        AnyAddress from;
        socklen_t size = sizeof from;

        ssize_t n = recvfrom(fd, message, sizeof message, 0, &from.base, &size);
        if (n < 0 || !dns_message_parse(message, (size_t) n, &question))
                return;
        Address client = address_of(&from);
        g_autoptr(Lease) asker = find_names(resolver, &client, question.name, addresses);
        bool is_known = addresses->len > 0;
        if (!is_known && pass_on(resolver, fd, &from, &question, message, (size_t) n, asker))
                return;
        guint code = is_known ? DNS_NO_ERROR
                              : (resolver->state->is_internal ? DNS_NO_SUCH_NAME : DNS_SERVER_FAILURE);
        size_t length = dns_message_answer(message, &question, code, addresses, reply);
        (void) sendto(fd, reply, length, 0, &from.base, size);
}

void resolver_run(Resolver *resolver, int stop_fd) {
        for (;;) {
                struct pollfd events[1 + 2 * REGISTRY_FAMILIES] = {{.fd = stop_fd, .events = POLLIN}};
                for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                        events[1 + i] = (struct pollfd){.fd = resolver->server_fds[i], .events = POLLIN};
                        events[1 + REGISTRY_FAMILIES + i] =
                                (struct pollfd){.fd = resolver->upstream_fds[i], .events = POLLIN};
                }
                if (poll(events, G_N_ELEMENTS(events), look_at_clock(resolver)) < 0)
                        continue;
                if (events[0].revents)
                        return;
                for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                        if (events[1 + i].revents)
                                take_question(resolver, resolver->server_fds[i]);
                        if (events[1 + REGISTRY_FAMILIES + i].revents)
                                take_answer(resolver, resolver->upstream_fds[i]);
                }
        }
}
