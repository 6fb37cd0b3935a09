/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Datagrams: a socket inside for each client, forgotten two minutes after the last one. */

#include "network/relay.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST_FLOWS 1024
#define DATA_SIZE  65536

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

/* The flow of this client; a new one in a free place, or in that of the one that was silent for longest. Places behind the
 * used ones are not looked at, so that they take no memory. */
static Flow *find_flow(Relay *relay, const Forward *forward, const AnyAddress *client) {
        Flow *end = relay->flows + relay->flow_count, *oldest = end;

        for (Flow *flow = relay->flows; flow < end; flow++) {
                if (flow->fd >= 0 && flow->forward == forward && is_same(&flow->client, client))
                        return flow;
                if (oldest == end || (oldest->fd >= 0 && (flow->fd < 0 || flow->last < oldest->last)))
                        oldest = flow;
        }
        if (relay->flow_count < MOST_FLOWS && (oldest == end || oldest->fd >= 0)) {
                oldest = end;
                oldest->fd = -1;
                relay->flow_count++;
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
        unsigned char control[64];

        for (int i = 0; i < MOST_ROUNDS; i++) {
                AnyAddress client;
                struct iovec part = {relay->data, DATA_SIZE};
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
                flow->last = relay->now;
                flow->control_size = message.msg_controllen;
                memcpy(flow->control, control, message.msg_controllen);
                (void) send(flow->fd, relay->data, (size_t) n, MSG_DONTWAIT);
        }
}

void relay_datagrams_return(const Relay *relay, Flow *flow) {
        for (int i = 0; i < MOST_ROUNDS && flow->fd >= 0; i++) {
                ssize_t n = recv(flow->fd, relay->data, DATA_SIZE, MSG_DONTWAIT);
                if (n < 0)
                        return;
                struct iovec part = {relay->data, (size_t) n};
                struct msghdr message = {
                        .msg_name = &flow->client,
                        .msg_namelen = relay_address_size(&flow->client),
                        .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = flow->control,
                        .msg_controllen = flow->control_size,
                };
                flow->last = relay->now;
                (void) sendmsg(flow->forward->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
}

bool relay_datagrams_open(Relay *relay) {
        relay->flows = relay_memory_map(MOST_FLOWS * sizeof *relay->flows);
        relay->data = relay_memory_map(DATA_SIZE);
        return relay->flows && relay->data;
}

void relay_datagrams_look_at_clock(Relay *relay) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
        relay->now = time.tv_sec;
        time_t limit = relay->now - RELAY_FLOW_SECONDS;
        if (limit == relay->forgotten)
                return;
        relay->forgotten = limit;
        for (Flow *flow = relay->flows; flow < relay->flows + relay->flow_count; flow++)
                if (flow->fd >= 0 && flow->last < limit) {
                        close(flow->fd);
                        flow->fd = -1;
                }
}
