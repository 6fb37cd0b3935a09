/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A message has its length of two bytes in front. A connection is in one of three states, and waits for one descriptor:
 *
 *   listening   for the client's next question
 *   asking      a name server of the host, over a connection of its own; the next one when it does not answer
 *   telling     the client */

#include "network/resolver-stream.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "network/resolver-address.h"
#include "network/resolver-names.h"

#include <string.h>

#define MOST_OF_ONE   8 /* connections of one client: the others have questions too */
#define PATIENCE_USEC (5 * G_TIME_SPAN_SECOND)
#define LENGTH_SIZE   2

typedef struct Stream {
        int client_fd; /* -1: has ended */
        Address client;
        gint64 deadline;
        guint8 question[LENGTH_SIZE + DNS_MESSAGE_PLAIN];
        size_t read_size;
        int upstream_fd; /* -1: not asking */
        Address upstreams[RESOLVER_MOST_UPSTREAMS];
        guint upstream, count;
        size_t sent_size;
        GByteArray *answer; /* as much of it as is there; NULL: listening */
        size_t told_size;
} Stream;

struct ResolverStreams {
        const char *runtime_dir, *way_out;
        NetworkState *state;
        int server_fds[REGISTRY_FAMILIES];
        Stream *streams[RESOLVER_MOST_STREAMS]; /* NULL: nobody's */
};

static bool open_server(const Address *gateway, int *ret_fd, GError **error) {
        const int yes = 1;
        AnyAddress any;
        socklen_t size = resolver_address_fill(&any, gateway);

        autofd int fd = socket(gateway->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* After a restart of the network's service connections of the one before may be ending. */
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
            bind(fd, &any.base, size) < 0 || listen(fd, RESOLVER_MOST_STREAMS) < 0)
                return fail_errno(error, errno, "Cannot answer for names on the network's gateway over TCP");
        *ret_fd = steal_fd(&fd);
        return true;
}

bool resolver_streams_open(const char *runtime_dir, NetworkState *state, const char *way_out,
                           ResolverStreams **ret_streams, GError **error) {
        ResolverStreams *streams = g_new0(ResolverStreams, 1);

        *streams = (ResolverStreams){.runtime_dir = runtime_dir, .way_out = way_out, .state = state};
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                streams->server_fds[i] = -1;
        for (guint i = 0; state->has_names && i < REGISTRY_FAMILIES; i++)
                if (state->gateways[i].family != 0 &&
                    !open_server(&state->gateways[i], &streams->server_fds[i], error)) {
                        resolver_streams_free(streams);
                        return false;
                }
        *ret_streams = streams;
        return true;
}

static void end(Stream *stream) {
        cleanup_fd(&stream->client_fd);
        cleanup_fd(&stream->upstream_fd);
        g_clear_pointer(&stream->answer, g_byte_array_unref);
}

static void stream_free(Stream *stream) {
        if (!stream)
                return;
        end(stream);
        g_free(stream);
}

void resolver_streams_free(ResolverStreams *streams) {
        if (!streams)
                return;
        for (guint i = 0; i < RESOLVER_MOST_STREAMS; i++)
                stream_free(streams->streams[i]);
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                cleanup_fd(&streams->server_fds[i]);
        g_free(streams);
}

static void be_patient(Stream *stream) {
        stream->deadline = g_get_monotonic_time() + PATIENCE_USEC;
}

static size_t message_size(const guint8 *message) {
        return LENGTH_SIZE + (size_t) (message[0] << 8 | message[1]);
}

/* ---- telling ---- */

static void listen_again(Stream *stream) {
        g_clear_pointer(&stream->answer, g_byte_array_unref);
        stream->read_size = 0;
        be_patient(stream);
}

static void tell(Stream *stream) {
        ssize_t n = send(stream->client_fd, stream->answer->data + stream->told_size,
                         stream->answer->len - stream->told_size, MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN)
                end(stream);
        else if (n > 0 && (stream->told_size += (size_t) n) == stream->answer->len)
                listen_again(stream);
}

static void begin_to_tell(Stream *stream) {
        cleanup_fd(&stream->upstream_fd);
        stream->told_size = 0;
        be_patient(stream);
        tell(stream);
}

static void tell_own(Stream *stream, const DnsQuestion *question, const Names *names) {
        guint8 reply[DNS_MESSAGE_SIZE];
        size_t size = dns_message_answer(stream->question + LENGTH_SIZE, question, names->code,
                                         names->addresses, names->pointer, sizeof reply, reply);
        const guint8 length[LENGTH_SIZE] = {(guint8) (size >> 8), (guint8) size};

        g_clear_pointer(&stream->answer, g_byte_array_unref);
        stream->answer = g_byte_array_new();
        g_byte_array_append(stream->answer, length, sizeof length);
        g_byte_array_append(stream->answer, reply, (guint) size);
        begin_to_tell(stream);
}

/* ---- asking ---- */

static void tell_failure(Stream *stream) {
        g_auto(Names) names = {.code = DNS_SERVER_FAILURE,
                               .addresses = g_array_new(FALSE, FALSE, sizeof(Address))};
        DnsQuestion question;

        if (dns_message_parse(stream->question + LENGTH_SIZE, stream->read_size - LENGTH_SIZE, &question))
                tell_own(stream, &question, &names);
        else
                end(stream);
}

static void ask(const ResolverStreams *streams, Stream *stream) {
        for (; stream->upstream < stream->count; stream->upstream++) {
                const Address *upstream = &stream->upstreams[stream->upstream];
                AnyAddress any;
                socklen_t size = resolver_address_fill(&any, upstream);
                stream->upstream_fd = resolver_address_open(upstream->family, SOCK_STREAM, streams->way_out);
                if (stream->upstream_fd >= 0 &&
                    (connect(stream->upstream_fd, &any.base, size) == 0 || errno == EINPROGRESS)) {
                        stream->sent_size = 0;
                        g_byte_array_set_size(stream->answer, 0);
                        be_patient(stream);
                        return;
                }
                cleanup_fd(&stream->upstream_fd);
        }
        tell_failure(stream);
}

static void ask_next(const ResolverStreams *streams, Stream *stream) {
        cleanup_fd(&stream->upstream_fd);
        stream->upstream++;
        ask(streams, stream);
}

static void begin_to_ask(const ResolverStreams *streams, Stream *stream, const Lease *asker) {
        stream->upstream = 0;
        stream->answer = g_byte_array_new();
        stream->count =
                resolver_address_choose(streams->runtime_dir, streams->state, asker, stream->upstreams);
        ask(streams, stream);
}

static void send_question(const ResolverStreams *streams, Stream *stream) {
        ssize_t n = send(stream->upstream_fd, stream->question + stream->sent_size,
                         stream->read_size - stream->sent_size, MSG_NOSIGNAL);

        if (n > 0)
                stream->sent_size += (size_t) n;
        else if (n < 0 && errno != EAGAIN)
                ask_next(streams, stream);
}

static void read_answer(const ResolverStreams *streams, Stream *stream) {
        guint8 part[4096];
        size_t left = sizeof part;

        /* Not a byte behind the answer, whose length comes first. */
        if (stream->answer->len < LENGTH_SIZE)
                left = LENGTH_SIZE - stream->answer->len;
        else
                left = MIN(left, message_size(stream->answer->data) - stream->answer->len);
        ssize_t n = recv(stream->upstream_fd, part, left, 0);
        if (n < 0 && errno == EAGAIN)
                return;
        if (n <= 0) {
                ask_next(streams, stream);
                return;
        }
        g_byte_array_append(stream->answer, part, (guint) n);
        if (stream->answer->len >= LENGTH_SIZE && stream->answer->len == message_size(stream->answer->data))
                begin_to_tell(stream);
}

/* ---- listening ---- */

static void take_question(const ResolverStreams *streams, Stream *stream) {
        g_auto(Names) names = {0};
        DnsQuestion question;

        if (!dns_message_parse(stream->question + LENGTH_SIZE, stream->read_size - LENGTH_SIZE, &question)) {
                end(stream);
                return;
        }
        resolver_names_find(streams->runtime_dir, streams->state, &stream->client, &question, &names);
        if (names.is_known || streams->state->is_internal)
                tell_own(stream, &question, &names);
        else
                begin_to_ask(streams, stream, names.asker);
}

static void read_question(const ResolverStreams *streams, Stream *stream) {
        size_t size = stream->read_size < LENGTH_SIZE ? LENGTH_SIZE : message_size(stream->question);
        ssize_t n = size > sizeof stream->question
                            ? 0
                            : recv(stream->client_fd, stream->question + stream->read_size,
                                   size - stream->read_size, 0);

        if (n < 0 && errno == EAGAIN)
                return;
        if (n <= 0) {
                end(stream);
                return;
        }
        stream->read_size += (size_t) n;
        if (stream->read_size > LENGTH_SIZE && stream->read_size == message_size(stream->question))
                take_question(streams, stream);
}

/* Those that have ended are gone from here on. */
static Stream *look_up(ResolverStreams *streams, guint i) {
        if (streams->streams[i] && streams->streams[i]->client_fd < 0)
                g_clear_pointer(&streams->streams[i], stream_free);
        return streams->streams[i];
}

static void take_client(ResolverStreams *streams, int server_fd) {
        Stream **free_place = NULL;
        AnyAddress any;
        socklen_t size = sizeof any;
        guint count = 0;

        autofd int fd = accept4(server_fd, &any.base, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
                return;
        Address client = resolver_address_of(&any);
        for (guint i = 0; i < RESOLVER_MOST_STREAMS; i++) {
                const Stream *stream = look_up(streams, i);
                if (!stream)
                        free_place = &streams->streams[i];
                else if (subnet_is_equal(&stream->client, &client))
                        count++;
        }
        if (!free_place || count >= MOST_OF_ONE)
                return; /* and it is closed */
        Stream *stream = *free_place = g_new0(Stream, 1);
        stream->client = client;
        stream->client_fd = steal_fd(&fd);
        stream->upstream_fd = -1;
        listen_again(stream);
}

/* ---- all of them ---- */

static struct pollfd event_of(const Stream *stream) {
        if (!stream)
                return (struct pollfd){.fd = -1};
        if (stream->upstream_fd >= 0)
                return (struct pollfd){.fd = stream->upstream_fd,
                                       .events = stream->sent_size < stream->read_size ? POLLOUT : POLLIN};
        return (struct pollfd){.fd = stream->client_fd, .events = stream->answer ? POLLOUT : POLLIN};
}

int resolver_streams_watch(ResolverStreams *streams, struct pollfd *events) {
        gint64 now = g_get_monotonic_time(), next = G_MAXINT64;

        for (guint i = 0; i < RESOLVER_MOST_STREAMS; i++) {
                Stream *stream = look_up(streams, i);
                if (stream && stream->deadline <= now && stream->upstream_fd >= 0)
                        ask_next(streams, stream);
                else if (stream && stream->deadline <= now)
                        end(stream);
                stream = look_up(streams, i);
                if (stream)
                        next = MIN(next, stream->deadline);
                events[i] = event_of(stream);
        }
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                events[RESOLVER_MOST_STREAMS + i] =
                        (struct pollfd){.fd = streams->server_fds[i], .events = POLLIN};
        return next == G_MAXINT64 ? -1 : (int) (MAX(next - now, 0) / 1000 + 1);
}

static void go_on(const ResolverStreams *streams, Stream *stream) {
        if (stream->upstream_fd >= 0 && stream->sent_size < stream->read_size)
                send_question(streams, stream);
        else if (stream->upstream_fd >= 0)
                read_answer(streams, stream);
        else if (stream->answer)
                tell(stream);
        else
                read_question(streams, stream);
}

void resolver_streams_serve(ResolverStreams *streams, const struct pollfd *events) {
        for (guint i = 0; i < RESOLVER_MOST_STREAMS; i++)
                if (look_up(streams, i) && events[i].revents)
                        go_on(streams, streams->streams[i]);
        for (guint i = 0; i < REGISTRY_FAMILIES; i++)
                if (events[RESOLVER_MOST_STREAMS + i].revents)
                        take_client(streams, streams->server_fds[i]);
}
