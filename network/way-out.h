/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The way out of a network: pasta, started on the host for the network's namespace. One for all members. */

#include "base/process.h"
#include "network/registry.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define WAY_OUT_INTERFACE "wayout"

typedef struct WayOut {
        Subnet subnet;   /* between pasta and the namespace */
        char *template6; /* interface of the host that IPv6 is looked up at; NULL: no way out in IPv6 */
        char *stub; /* ADDRESS=STUB: the host's name server on its loopback, and from where pasta passes questions on to it; NULL: none */
} WayOut;

/* Addresses that are in nobody's way, and the name servers of the host as the network reaches them; DNS= of the network
 * (of char *) comes first. */
bool way_out_plan(const NetworkState *state, const GPtrArray *servers, WayOut *ret_way_out,
                  char ***ret_upstreams, GError **error);

void way_out_clear(WayOut *way_out);

/* What uplink_start_pasta() completes; pure. Caller unrefs. */
GPtrArray *way_out_print(const WayOut *way_out);

/* Starts pasta for the namespaces of state->pid, and waits until the way is open. */
bool way_out_start(const WayOut *way_out, const NetworkState *state, Process *ret_pasta, GError **error);
