/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of wolffia-relay share. Nothing but libc. */

#include "network/relay-memory.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#define MOST_IDLE_PIPES    16
#define MOST_ROUNDS        32 /* of work for one socket, before the others have their turn */
#define RELAY_FLOW_SECONDS 120

typedef union AnyAddress {
        struct sockaddr base;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
} AnyAddress;

typedef enum Kind { KIND_TCP, KIND_UDP, KIND_CONNECTION, KIND_FLOW } Kind;

typedef struct Forward {
        Kind kind; /* KIND_TCP or KIND_UDP */
        int fd;    /* on the host */
        AnyAddress target;
} Forward;

typedef struct Flow Flow; /* one client's datagrams */
typedef struct Connection Connection;

typedef struct Pipe {
        int in, out; /* -1: none */
} Pipe;

#define PIPE_NONE ((Pipe){-1, -1})

typedef struct Relay {
        int epoll_fd;
        int spare_fd; /* to have one when there are none */
        bool is_opaque;
        AnyAddress gateways[2]; /* IPv4, IPv6; family 0: none */
        Forward *forwards;
        size_t count;
        char *data; /* of one datagram; NULL without UDP, like the next one */
        Flow *flows;
        size_t flow_count; /* those behind are free, and were never used */
        time_t now;        /* while there are flows */
        time_t forgotten;  /* those up to then were */
        RelayPool connections;
        Connection *gone;
        Pipe idle_pipes[MOST_IDLE_PIPES];
        size_t idle_count;
} Relay;

static inline socklen_t relay_address_size(const AnyAddress *address) {
        return address->base.sa_family == AF_INET ? sizeof address->v4 : sizeof address->v6;
}

/* WHAT begins with its Kind. */
void relay_watch(const Relay *relay, int fd, unsigned events, void *what);

/* A socket towards the target, as the client if that can be; -1 when there is none. */
int relay_connect(const Relay *relay, int type, const AnyAddress *client, const AnyAddress *target);

/* Before the first datagram. False: out of memory. */
bool relay_datagrams_open(Relay *relay);
/* What came for FORWARD goes to its target. */
void relay_datagrams_take(Relay *relay, const Forward *forward);
/* What came back goes to the client. */
void relay_datagrams_return(const Relay *relay, Flow *flow);
/* To be called when the relay has waited. Closes the flows that were silent for RELAY_FLOW_SECONDS. */
void relay_datagrams_look_at_clock(Relay *relay);
