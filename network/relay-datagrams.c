/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Datagrams: a socket inside for each client, forgotten two minutes after the last one. */

#include "network/relay.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST_FLOWS 1024

struct Flow {
        Kind kind;
        int fd; /* -1: free */
        time_t last;
        const Forward *forward;
        AnyAddress client;
        unsigned char control[64]; /* which address of the host was called: IP_PKTINFO, IPV6_PKTINFO */
        size_t control_size;
};

static bool is_same(const AnyAddress *a, const AnyAddress *b) {
        if (a->base.sa_family != b->base.sa_family || a->v4.sin_port != b->v4.sin_port)
                return false;
        if (a->base.sa_family == AF_INET)
                return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
        return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

static time_t now(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
        return time.tv_sec;
}

/* The flow of this client; a new one in a free place, or in that of the one that was silent for longest. */
static Flow *find_flow(Relay *relay, const Forward *forward, const AnyAddress *client) {
        Flow *oldest = &relay->flows[0];

        for (Flow *flow = relay->flows; flow < relay->flows + MOST_FLOWS; flow++) {
                if (flow->fd >= 0 && flow->forward == forward && is_same(&flow->client, client))
                        return flow;
                if (oldest->fd >= 0 && (flow->fd < 0 || flow->last < oldest->last))
                        oldest = flow;
        }
        if (oldest->fd >= 0)
                close(oldest->fd);
        oldest->fd = relay_connect(relay, SOCK_DGRAM, client, &forward->target);
        if (oldest->fd < 0)
                return NULL;
        oldest->kind = KIND_FLOW;
        oldest->forward = forward;
        oldest->client = *client;
        relay_watch(relay, oldest->fd, EPOLLIN, oldest);
        return oldest;
}

void relay_datagrams_take(Relay *relay, const Forward *forward) {
        static char data[65536];
        unsigned char control[64];

        for (int i = 0; i < MOST_ROUNDS; i++) {
                AnyAddress client;
                struct iovec part = {data, sizeof data};
                struct msghdr message = {
                        .msg_name = &client,
                        .msg_namelen = sizeof client,
                        .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = control,
                        .msg_controllen = sizeof control,
                };
                ssize_t n = recvmsg(forward->fd, &message, MSG_DONTWAIT);
                if (n < 0)
                        return;
                Flow *flow = find_flow(relay, forward, &client);
                if (!flow)
                        continue;
                flow->last = now();
                flow->control_size = message.msg_controllen;
                memcpy(flow->control, control, message.msg_controllen);
                (void) send(flow->fd, data, (size_t) n, MSG_DONTWAIT);
        }
}

void relay_datagrams_return(Flow *flow) {
        static char data[65536];

        for (int i = 0; i < MOST_ROUNDS && flow->fd >= 0; i++) {
                ssize_t n = recv(flow->fd, data, sizeof data, MSG_DONTWAIT);
                if (n < 0)
                        return;
                struct iovec part = {data, (size_t) n};
                struct msghdr message = {
                        .msg_name = &flow->client,
                        .msg_namelen = relay_address_size(&flow->client),
                        .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = flow->control,
                        .msg_controllen = flow->control_size,
                };
                flow->last = now();
                (void) sendmsg(flow->forward->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
}

bool relay_datagrams_open(Relay *relay) {
        relay->flows = calloc(MOST_FLOWS, sizeof *relay->flows);
        for (Flow *flow = relay->flows; flow && flow < relay->flows + MOST_FLOWS; flow++)
                flow->fd = -1;
        return relay->flows != NULL;
}

void relay_datagrams_forget(Relay *relay) {
        time_t limit = now() - RELAY_FLOW_SECONDS;

        if (limit == relay->forgotten)
                return;
        relay->forgotten = limit;
        for (Flow *flow = relay->flows; flow < relay->flows + MOST_FLOWS; flow++)
                if (flow->fd >= 0 && flow->last < limit) {
                        close(flow->fd);
                        flow->fd = -1;
                }
}
