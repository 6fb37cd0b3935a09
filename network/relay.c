/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-relay: the published ports of one member of a network. Started by the runner alone (runner/network-join.c),
 * inside the network's namespaces, with sockets that listen on the host. It links nothing but the few functions of
 * base/bare-system.c, where that can be done, since one of it stays for each member that publishes ports.
 *
 * Each connection is taken on the host, and made once more inside, from a socket that is bound to the address of the
 * client (IP_TRANSPARENT): the member sees who calls. Its answers come to the gateway, where the network's rules know
 * them for a relay's. Bytes go from socket to socket through a pipe, never through our memory (splice(2)). A connection
 * has a pipe only while bytes are in it: most are idle, and what a user may keep in pipes is limited (pipe(7)). A client
 * whose address cannot be used inside (the loopback, or the other family) appears as the gateway.
 *
 * --forward=tcp:FD:ADDRESS:PORT, --forward=udp:FD:ADDRESS:PORT (ADDRESS may be in brackets), --gateway=ADDRESS for each
 * family, --opaque where the rules are missing. */

#include "network/relay.h"

#include "base/shed.h"
#include "network/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIPE_SIZE         (256 * 1024)
#define KEEPALIVE_SECONDS 600

/* One direction of a connection. */
typedef struct Stream {
        int from, to;
        Pipe pipe; /* borrowed while something is in it */
        size_t filled;
        bool has_ended, is_closed;
} Stream;

struct Connection {
        Kind kind;
        bool is_gone;
        struct Connection *next; /* of those that are to be freed */
        Stream streams[2];
};

void relay_watch(const Relay *relay, int fd, unsigned events, void *what) {
        struct epoll_event event = {.events = events, .data.ptr = what};

        (void) epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* ---- the inner socket ---- */

static bool is_usable(const AnyAddress *client, int family) {
        if (client->base.sa_family != family)
                return false;
        if (family == AF_INET)
                return (ntohl(client->v4.sin_addr.s_addr) >> 24) != 127;
        return !IN6_IS_ADDR_LOOPBACK(&client->v6.sin6_addr) &&
               !IN6_IS_ADDR_LINKLOCAL(&client->v6.sin6_addr) && !IN6_IS_ADDR_V4MAPPED(&client->v6.sin6_addr);
}

static bool bind_as_client(int fd, const AnyAddress *client) {
        AnyAddress address = *client;
        const int yes = 1;
        bool is_v4 = client->base.sa_family == AF_INET;

        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (setsockopt(fd, is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? IP_TRANSPARENT : IPV6_TRANSPARENT,
                       &yes, sizeof yes) < 0)
                return false;
        if (bind(fd, &address.base, relay_address_size(&address)) == 0)
                return true;
        /* The port is taken, by another way from the same client. */
        address.v4.sin_port = 0;
        return bind(fd, &address.base, relay_address_size(&address)) == 0;
}

int relay_connect(const Relay *relay, int type, const AnyAddress *client, const AnyAddress *target) {
        int family = target->base.sa_family;
        bool as_client = !relay->is_opaque && is_usable(client, family);

        for (;;) {
                int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
                if (fd < 0)
                        return -1;
                const AnyAddress *gateway = &relay->gateways[family == AF_INET ? 0 : 1];
                bool bound = as_client ? bind_as_client(fd, client)
                                       : bind(fd, &gateway->base, relay_address_size(gateway)) == 0;
                if (bound &&
                    (connect(fd, &target->base, relay_address_size(target)) == 0 || errno == EINPROGRESS))
                        return fd;
                close(fd);
                if (!as_client)
                        return -1;
                as_client = false;
        }
}

/* ---- pipes ---- */

static bool borrow_pipe(Relay *relay, Pipe *pipe) {
        if (pipe->in >= 0)
                return true;
        if (relay->idle_count > 0) {
                *pipe = relay->idle_pipes[--relay->idle_count];
                return true;
        }
        int fds[2];
        if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
                return false;
        (void) fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE);
        *pipe = (Pipe){.out = fds[0], .in = fds[1]};
        return true;
}

static void close_pipe(Pipe *pipe) {
        if (pipe->in < 0)
                return;
        close(pipe->in);
        close(pipe->out);
        *pipe = PIPE_NONE;
}

/* An empty one. */
static void return_pipe(Relay *relay, Pipe *pipe) {
        if (pipe->in < 0)
                return;
        if (relay->idle_count < sizeof relay->idle_pipes / sizeof *relay->idle_pipes) {
                relay->idle_pipes[relay->idle_count++] = *pipe;
                *pipe = PIPE_NONE;
        } else {
                close_pipe(pipe);
        }
}

/* ---- connections ---- */

static void end_connection(Relay *relay, Connection *connection) {
        if (connection->is_gone)
                return;
        connection->is_gone = true;
        for (int i = 0; i < 2; i++) {
                close(connection->streams[i].from);
                close_pipe(&connection->streams[i].pipe); /* not to be lent again with what is in it */
        }
        /* Events of it may still be in the list that is worked on. */
        connection->next = relay->gone;
        relay->gone = connection;
}

/* The other side is told of a failure as of one: by a reset. */
static void break_connection(Relay *relay, Connection *connection) {
        const struct linger at_once = {.l_onoff = 1};

        for (int i = 0; i < 2 && !connection->is_gone; i++)
                setsockopt(connection->streams[i].from, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        end_connection(relay, connection);
}

#define IS_PATIENT(n) ((n) >= 0 || errno == EAGAIN || errno == EINTR)

/* False: the connection is broken. RET_MORE: there may be more at once. */
static bool move_bytes(Stream *stream, bool *ret_more) {
        const unsigned flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;

        for (int round = 0; round < MOST_ROUNDS; round++) {
                ssize_t in = -1, out = -1;
                errno = EAGAIN;
                if (!stream->has_ended && stream->filled < PIPE_SIZE) {
                        in = splice(stream->from, NULL, stream->pipe.in, NULL, PIPE_SIZE - stream->filled,
                                    flags);
                        if (!IS_PATIENT(in))
                                return false;
                        stream->has_ended = in == 0;
                        stream->filled += in > 0 ? (size_t) in : 0;
                }
                if (stream->filled > 0) {
                        out = splice(stream->pipe.out, NULL, stream->to, NULL, stream->filled, flags);
                        if (!IS_PATIENT(out))
                                return false;
                        stream->filled -= out > 0 ? (size_t) out : 0;
                }
                if (stream->has_ended && stream->filled == 0 && !stream->is_closed) {
                        stream->is_closed = true;
                        return shutdown(stream->to, SHUT_WR) == 0;
                }
                if (in <= 0 && out <= 0)
                        return true;
        }
        *ret_more = true;
        return true;
}

static bool pump(Relay *relay, Stream *stream, bool *ret_more) {
        if (stream->is_closed)
                return true;
        if (!borrow_pipe(relay, &stream->pipe) || !move_bytes(stream, ret_more))
                return false;
        if (stream->filled == 0)
                return_pipe(relay, &stream->pipe);
        return true;
}

static void serve(Relay *relay, Connection *connection) {
        bool more = false;

        if (connection->is_gone)
                return;
        if (!pump(relay, &connection->streams[0], &more) || !pump(relay, &connection->streams[1], &more)) {
                break_connection(relay, connection);
                return;
        }
        if (connection->streams[0].is_closed && connection->streams[1].is_closed) {
                end_connection(relay, connection);
                return;
        }
        if (more) { /* asking anew makes an edge of what is there */
                struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                            .data.ptr = connection};
                (void) epoll_ctl(relay->epoll_fd, EPOLL_CTL_MOD, connection->streams[0].from, &event);
        }
}

/* Out of descriptors: a connection that is left waiting would wake us for ever, so one is kept for ending it. */
static void turn_away(Relay *relay, const Forward *forward) {
        close(relay->spare_fd);
        int outer = accept4(forward->fd, NULL, NULL, SOCK_CLOEXEC);
        if (outer >= 0)
                close(outer);
        relay->spare_fd = fcntl(relay->epoll_fd, F_DUPFD_CLOEXEC, 0);
}

static void accept_one(Relay *relay, const Forward *forward) {
        const unsigned events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        const int yes = 1, patience = KEEPALIVE_SECONDS;
        AnyAddress client;
        socklen_t size = sizeof client;

        int outer = accept4(forward->fd, &client.base, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (outer < 0 && (errno == EMFILE || errno == ENFILE))
                turn_away(relay, forward);
        if (outer < 0)
                return;
        int inner = relay_connect(relay, SOCK_STREAM, &client, &forward->target);
        Connection *connection = inner < 0 ? NULL : relay_memory_take(&relay->connections);
        if (!connection) {
                close(outer);
                if (inner >= 0)
                        close(inner);
                return;
        }
        *connection = (Connection){
                .kind = KIND_CONNECTION,
                .streams = {{.from = outer, .to = inner, .pipe = PIPE_NONE},
                            {.from = inner, .to = outer, .pipe = PIPE_NONE}},
        };
        (void) setsockopt(outer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        (void) setsockopt(inner, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        /* The member would not notice a client that is gone: its own probes reach no further than here. */
        (void) setsockopt(outer, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
        (void) setsockopt(outer, IPPROTO_TCP, TCP_KEEPIDLE, &patience, sizeof patience);
        relay_watch(relay, outer, events, connection);
        relay_watch(relay, inner, events, connection);
}

/* ---- start and loop ---- */

static bool parse_address(char *text, unsigned port, AnyAddress *ret_address) {
        size_t length = strlen(text);

        if (text[0] == '[' && length > 0 && text[length - 1] == ']') {
                text[length - 1] = '\0';
                text++;
        }
        memset(ret_address, 0, sizeof *ret_address);
        if (inet_pton(AF_INET, text, &ret_address->v4.sin_addr) == 1) {
                ret_address->v4.sin_family = AF_INET;
                ret_address->v4.sin_port = htons((unsigned short) port);
                return true;
        }
        if (inet_pton(AF_INET6, text, &ret_address->v6.sin6_addr) != 1)
                return false;
        ret_address->v6.sin6_family = AF_INET6;
        ret_address->v6.sin6_port = htons((unsigned short) port);
        return true;
}

/* tcp:FD:ADDRESS:PORT */
static bool parse_forward(const char *argument, Forward *ret_forward) {
        const int yes = 1;
        char text[256], *end; /* a copy: `ps` shows the argument */

        if (strlen(argument) >= sizeof text)
                return false;
        memcpy(text, argument, strlen(argument) + 1);

        if (strncmp(text, "tcp:", 4) != 0 && strncmp(text, "udp:", 4) != 0)
                return false;
        ret_forward->kind = text[0] == 't' ? KIND_TCP : KIND_UDP;
        ret_forward->fd = (int) strtoull(text + 4, &end, 10);
        char *port = strrchr(end, ':');
        if (*end != ':' || port == end)
                return false;
        *port = '\0';
        if (!parse_address(end + 1, (unsigned) strtoull(port + 1, NULL, 10), &ret_forward->target))
                return false;
        (void) fcntl(ret_forward->fd, F_SETFD, FD_CLOEXEC);
        (void) setsockopt(ret_forward->fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
        (void) setsockopt(ret_forward->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes, sizeof yes);
        return true;
}

static bool parse(int argc, char **argv, Relay *relay) {
        relay->forwards = relay_memory_map((size_t) argc * sizeof *relay->forwards);
        for (int i = 1; i < argc; i++) {
                AnyAddress gateway;
                if (strcmp(argv[i], "--opaque") == 0)
                        relay->is_opaque = true;
                else if (strncmp(argv[i], "--gateway=", 10) == 0 && parse_address(argv[i] + 10, 0, &gateway))
                        relay->gateways[gateway.base.sa_family == AF_INET ? 0 : 1] = gateway;
                else if (strncmp(argv[i], "--forward=", 10) == 0 && relay->forwards &&
                         parse_forward(argv[i] + 10, &relay->forwards[relay->count]))
                        relay->count++;
                else
                        return false;
        }
        return relay->count > 0;
}

/* What stays binds addresses and ports of clients: CAP_NET_RAW is what IP_TRANSPARENT asks for, and no use for anything
 * else where socket() makes neither raw nor packet sockets. Not dumpable, since the other programs of networks are the
 * same user in the same namespace. */
static bool give_up_privileges(const Relay *relay) {
        static const int calls[] = {
                SYS_splice,     SYS_epoll_pwait, SYS_epoll_ctl, SYS_accept4, SYS_socket, SYS_setsockopt,
                SYS_bind,       SYS_connect,     SYS_shutdown,  SYS_pipe2,   SYS_fcntl,  SYS_recvmsg,
                SYS_sendmsg,    SYS_recvfrom,    SYS_sendto,    SYS_write,
#ifdef SYS_epoll_wait
                SYS_epoll_wait,
#endif
        };
        const uint64_t kept = 1u << CAP_NET_RAW | 1u << CAP_NET_BIND_SERVICE;

        return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
               confine(relay->is_opaque ? 0 : kept, calls, sizeof calls / sizeof *calls);
}

static void take_event(Relay *relay, void *what) {
        switch (*(const Kind *) what) {
        case KIND_TCP:
                accept_one(relay, what);
                break;
        case KIND_UDP:
                relay_datagrams_take(relay, what);
                break;
        case KIND_CONNECTION:
                serve(relay, what);
                break;
        case KIND_FLOW:
                relay_datagrams_return(relay, what);
                break;
        }
}

_Noreturn static void run(Relay *relay) {
        struct epoll_event events[64];

        for (size_t i = 0; i < relay->count; i++)
                relay_watch(relay, relay->forwards[i].fd, EPOLLIN, &relay->forwards[i]);
        for (;;) {
                int n = epoll_wait(relay->epoll_fd, events, 64,
                                   relay->flows ? RELAY_FLOW_SECONDS * 1000 : -1);
                if (relay->flows)
                        relay_datagrams_look_at_clock(relay);
                for (int i = 0; i < n; i++)
                        take_event(relay, events[i].data.ptr);
                while (relay->gone) {
                        Connection *connection = relay->gone;
                        relay->gone = connection->next;
                        relay_memory_give(&relay->connections, connection);
                }
        }
}

static void complain(const char *text) {
        (void) !write(STDERR_FILENO, text, strlen(text));
}

int main(int argc, char **argv) {
        static Relay relay = {.connections = {.size = sizeof(Connection)}};
        struct rlimit limit;

        if (!parse(argc, argv, &relay)) {
                complain("wolffia-relay is started by wolffia-runner, not by hand\n");
                return 64;
        }
        signal(SIGPIPE, SIG_IGN);
        /* Two descriptors a connection, and up to four more while bytes are on their way. */
        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void) setrlimit(RLIMIT_NOFILE, &limit);
        }
        relay.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        relay.spare_fd = fcntl(relay.epoll_fd, F_DUPFD_CLOEXEC, 0);
        bool is_open = relay.epoll_fd >= 0;
        for (size_t i = 0; is_open && i < relay.count && !relay.flows; i++)
                is_open = relay.forwards[i].kind != KIND_UDP || relay_datagrams_open(&relay);
        if (!is_open) {
                complain("wolffia-relay: cannot wait for connections: descriptors or memory are used up\n");
                return 1;
        }
        if (!give_up_privileges(&relay)) {
                complain("wolffia-relay: cannot give up its privileges: the kernel refuses\n");
                return 1;
        }
        shed_start();
        run(&relay); /* until it is killed */
}
