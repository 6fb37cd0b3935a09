/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who is on a network, under which addresses and names. A lease is a file that is locked for as long as the member lives
 * (the lock is held by its supervisor and goes with it, however it ends), so nothing has to be given back: a lease
 * without its lock is nobody's. Files appear whole, and readers need no lock. */

#include "network/subnet.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct Lease {
        char *container;
        pid_t pid;            /* the member's supervisor */
        int namespace_fd;     /* its descriptor of the network's namespace, which keeps that alive */
        Address addresses[2]; /* IPv4, IPv6; family 0: none */
        char **names;         /* that the others know it by */
        char **upstreams;     /* name servers of its own choice (DNS=) */
} Lease;

void lease_free(Lease *lease);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lease, lease_free)

/* Keeps others from choosing addresses until RET_FD is closed. FOLDER is that of the network (network/registry.h). */
bool lease_lock(const char *folder, int *ret_fd, GError **error);

/* All members that live (of Lease). */
GPtrArray *lease_list(const char *folder);

/* The member's own, if it lives; NULL otherwise. */
Lease *lease_find(const char *folder, const char *container);

/* Writes the lease; it holds until RET_FD and all that came of it by fork and exec are closed. Needs lease_lock(). */
bool lease_take(const char *folder, const Lease *lease, int *ret_fd, GError **error);

/* Removes the files of members that are gone. Needs lease_lock(). */
void lease_sweep(const char *folder);
