/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a running container uses, from the files of its cgroup (cgroup v2) and of its network. */

#include "runner/state.h"

#include <glib.h>
#include <stdbool.h>

#define USAGE_UNKNOWN G_MAXUINT64

/* USAGE_UNKNOWN where the controller is not delegated, or the cgroup is not the container's alone. */
typedef struct Usage {
        guint64 cpu_usec;
        guint64 memory, memory_limit; /* bytes; limit: USAGE_UNKNOWN for none */
        guint64 read, written;        /* bytes of disks */
        guint64 received, sent;       /* bytes of its network, without the loopback interface */
        guint64 tasks;
        gint64 time; /* monotonic, µs */
} Usage;

void usage_read(const ContainerState *state, Usage *ret_usage);

/* The memory alone. */
guint64 usage_memory(const ContainerState *state);

/* Freezes or thaws the payload's cgroup, and waits until that is so. */
bool usage_freeze(const ContainerState *state, bool freeze, GError **error);

/* Whether the cgroup was made for the container; by hand it may be that of the shell. */
bool usage_has_own_cgroup(const ContainerState *state);

/* The sum of bytes in the text of /proc/PID/net/dev but for "lo". Pure. */
void usage_parse_network(const char *text, guint64 *ret_received, guint64 *ret_sent);

/* The value behind KEY in lines of "KEY VALUE"; USAGE_UNKNOWN when it is not there. Pure. */
guint64 usage_parse_key(const char *text, const char *key);
