/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Questions over TCP (RFC 7766): of clients whose answer was cut, and of those that ask no other way. */

#include "network/registry.h"

#include <glib.h>
#include <poll.h>
#include <stdbool.h>

typedef struct ResolverStreams ResolverStreams;

#define RESOLVER_MOST_STREAMS  32
#define RESOLVER_STREAM_EVENTS (RESOLVER_MOST_STREAMS + REGISTRY_FAMILIES)

/* Listens on the gateways. STATE and the texts stay the caller's, and must last. */
bool resolver_streams_open(const char *runtime_dir, NetworkState *state, const char *way_out,
                           ResolverStreams **ret_streams, GError **error);
void resolver_streams_free(ResolverStreams *streams);

/* What to wait for, into EVENTS, with room for RESOLVER_STREAM_EVENTS; and how long, in ms (-1: for ever). */
int resolver_streams_watch(ResolverStreams *streams, struct pollfd *events);

/* Goes on with what has happened of EVENTS. */
void resolver_streams_serve(ResolverStreams *streams, const struct pollfd *events);
