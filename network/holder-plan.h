/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a .network file asks for, and what nobody has asked for, as addresses. */

#include "network/registry.h"
#include "spec/network-spec.h"

#include <glib.h>
#include <stdbool.h>

/* TAKEN: subnets that are in use elsewhere (of Subnet). Pure; pid and namespace stay 0. */
bool holder_plan(const NetworkSpec *spec, const GArray *taken, NetworkState **ret_state, GError **error);

/* Whether an option of Options= is heeded, or needs no heed. */
bool holder_plan_knows_option(const char *option);

/* A sentence where the subnet of FAMILY has addresses that are in use elsewhere; else NULL. Caller frees. */
char *holder_plan_find_overlap(const NetworkState *state, guint family, const GArray *taken);

/* Whether both have the same addresses and limits, so that members of one can stay on the other. */
bool holder_plan_is_same(const NetworkState *a, const NetworkState *b);

/* The rules of nft(8). Published ports: packets for a relay's sockets, which are bound to addresses of clients, carry
 * the mark. Pure; caller frees. */
char *holder_plan_rules(const NetworkState *state, const char *way_out, guint mark);
