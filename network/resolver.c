/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Over UDP here, over TCP in resolver-stream.c. */

#include "network/resolver.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/shed.h"
#include "network/resolver-address.h"
#include "network/resolver-names.h"
#include "network/resolver-stream.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#define MOST_PENDING  256
#define PATIENCE_USEC (700 * G_TIME_SPAN_MILLISECOND)
#define MOST_OF_ONE   64 /* of the pending ones, for one client: the others have questions too */
#define RENEWAL_USEC  G_TIME_SPAN_SECOND

/* A question that was passed on. */
typedef struct Pending {
        gint64 deadline; /* 0: free */
        AnyAddress client;
        int client_fd;
        guint16 client_id, id;
        guint upstream; /* of those below */
        Address upstreams[RESOLVER_MOST_UPSTREAMS];
        guint count, size;
        guint8 message[512];
} Pending;

struct Resolver {
        char *runtime_dir, *way_out;
        NetworkState *state;
        int server_fds[REGISTRY_FAMILIES]; /* on the gateways */
        int upstream_fds
                [REGISTRY_FAMILIES]; /* towards the host's name servers; -1 on networks without a way out */
        gint64 renewed;              /* when those were opened */
        Pending pending[MOST_PENDING];
        ResolverStreams *streams;
};

static bool open_server(const Address *gateway, int *ret_fd, GError **error) {
        AnyAddress any;
        socklen_t size = resolver_address_fill(&any, gateway);

        autofd int fd = socket(gateway->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || bind(fd, &any.base, size) < 0)
                return fail_errno(error, errno, "Cannot answer for names on the network's gateway");
        *ret_fd = steal_fd(&fd);
        return true;
}

bool resolver_open(const char *runtime_dir, const NetworkState *state, const char *way_out,
                   Resolver **ret_resolver, GError **error) {
        g_autoptr(Resolver) resolver = g_new0(Resolver, 1);
        g_autofree char *folder = registry_folder(runtime_dir, state->name);

        resolver->runtime_dir = g_strdup(runtime_dir);
        resolver->way_out = g_strdup(way_out);
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
                        resolver->upstream_fds[i] = resolver_address_open(family, SOCK_DGRAM, way_out);
        }
        if (!resolver_streams_open(resolver->runtime_dir, resolver->state, resolver->way_out,
                                   &resolver->streams, error))
                return false;
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
        resolver_streams_free(resolver->streams);
        network_state_free(resolver->state);
        g_free(resolver->runtime_dir);
        g_free(resolver->way_out);
        g_free(resolver);
}

/* ---- the others ---- */

static void send_pending(Resolver *resolver, Pending *pending) {
        const Address *upstream = &pending->upstreams[pending->upstream];
        int fd = resolver->upstream_fds[upstream->family == AF_INET ? REGISTRY_V4 : REGISTRY_V6];
        AnyAddress any;
        socklen_t size = resolver_address_fill(&any, upstream);

        pending->deadline = g_get_monotonic_time() + PATIENCE_USEC;
        /* A loss is like any other: the next one is asked later. */
        if (fd >= 0)
                (void) sendto(fd, pending->message, pending->size, 0, &any.base, size);
}

static bool find_slot(const Resolver *resolver, const AnyAddress *client, guint *ret_slot) {
        Address address = resolver_address_of(client);
        guint free_slot = MOST_PENDING, count = 0;

        for (guint i = 0; i < MOST_PENDING; i++) {
                Address other = resolver_address_of(&resolver->pending[i].client);
                if (resolver->pending[i].deadline == 0)
                        free_slot = MIN(free_slot, i);
                else if (subnet_is_equal(&other, &address))
                        count++;
        }
        *ret_slot = free_slot;
        return free_slot < MOST_PENDING && count < MOST_OF_ONE;
}

static Pending *find_pending(Resolver *resolver, guint16 id) {
        for (guint i = 0; i < MOST_PENDING; i++)
                if (resolver->pending[i].deadline != 0 && resolver->pending[i].id == id)
                        return &resolver->pending[i];
        return NULL;
}

/* Whoever answers in the name server's place has to guess it (RFC 5452). */
static guint16 choose_id(Resolver *resolver) {
        guint16 id;

        do
                if (getrandom(&id, sizeof id, 0) != sizeof id)
                        id = (guint16) g_random_int();
        while (find_pending(resolver, id));
        return id;
}

/* He has to guess the port too. Not for each question: what connects the network keeps something for each port for minutes. */
static void renew_ports(Resolver *resolver) {
        gint64 now = g_get_monotonic_time();

        for (guint i = 0; i < MOST_PENDING; i++)
                if (resolver->pending[i].deadline != 0)
                        return; /* its answer comes to the present one */
        if (now - resolver->renewed < RENEWAL_USEC)
                return;
        resolver->renewed = now;
        for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                int family = i == REGISTRY_V4 ? AF_INET : AF_INET6;
                if (resolver->upstream_fds[i] < 0)
                        continue;
                int fd = resolver_address_open(family, SOCK_DGRAM, resolver->way_out);
                if (fd < 0)
                        continue;
                cleanup_fd(&resolver->upstream_fds[i]);
                resolver->upstream_fds[i] = fd;
        }
}

/* False: nobody can be asked. */
static bool pass_on(Resolver *resolver, int client_fd, const AnyAddress *client, const DnsQuestion *question,
                    const guint8 *message, size_t size, const Lease *asker) {
        guint slot;

        if (size > sizeof resolver->pending[0].message || resolver->state->is_internal ||
            !find_slot(resolver, client, &slot))
                return false;
        renew_ports(resolver);
        Pending *pending = &resolver->pending[slot];
        *pending = (Pending){
                .client = *client,
                .client_fd = client_fd,
                .client_id = question->id,
                .id = choose_id(resolver),
                .size = (guint) size,
        };
        pending->count =
                resolver_address_choose(resolver->runtime_dir, resolver->state, asker, pending->upstreams);
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
        Pending *pending = find_pending(resolver, id);
        Address address = resolver_address_of(&from);
        if (!pending || !subnet_is_equal(&address, &pending->upstreams[pending->upstream]))
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
        size_t size = dns_message_answer(pending->message, &question, DNS_SERVER_FAILURE, none, NULL,
                                         DNS_MESSAGE_PLAIN, reply);
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
        guint8 message[DNS_MESSAGE_PLAIN], reply[DNS_MESSAGE_SIZE];
        g_auto(Names) names = {0};
        DnsQuestion question;
        AnyAddress from;
        socklen_t size = sizeof from;

        ssize_t n = recvfrom(fd, message, sizeof message, 0, &from.base, &size);
        if (n < 0 || !dns_message_parse(message, (size_t) n, &question))
                return;
        Address client = resolver_address_of(&from);
        resolver_names_find(resolver->runtime_dir, resolver->state, &client, &question, &names);
        if (!names.is_known && pass_on(resolver, fd, &from, &question, message, (size_t) n, names.asker))
                return;
        size_t length = dns_message_answer(message, &question, names.code, names.addresses, names.pointer,
                                           question.most, reply);
        (void) sendto(fd, reply, length, 0, &from.base, size);
}

/* The shorter of two times that poll() may wait. */
static int shorter(int a, int b) {
        return a < 0 || (b >= 0 && b < a) ? b : a;
}

SHED_STAYS void resolver_run(Resolver *resolver, int stop_fd) {
        enum {
                SERVERS = 1,
                UPSTREAMS = SERVERS + REGISTRY_FAMILIES,
                STREAMS = UPSTREAMS + REGISTRY_FAMILIES
        };
        struct pollfd events[STREAMS + RESOLVER_STREAM_EVENTS];
        bool is_settled = false;

        for (;;) {
                events[0] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
                for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                        events[SERVERS + i] =
                                (struct pollfd){.fd = resolver->server_fds[i], .events = POLLIN};
                        events[UPSTREAMS + i] =
                                (struct pollfd){.fd = resolver->upstream_fds[i], .events = POLLIN};
                }
                int patience = resolver_streams_watch(resolver->streams, events + STREAMS);
                patience = shorter(patience, look_at_clock(resolver));
                if (!is_settled)
                        shed_start(); /* now, or the way here would have it back */
                is_settled = true;
                if (poll(events, G_N_ELEMENTS(events), patience) < 0)
                        continue;
                if (events[0].revents)
                        return;
                for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                        if (events[SERVERS + i].revents)
                                take_question(resolver, resolver->server_fds[i]);
                        if (events[UPSTREAMS + i].revents)
                                take_answer(resolver, resolver->upstream_fds[i]);
                }
                resolver_streams_serve(resolver->streams, events + STREAMS);
        }
}
