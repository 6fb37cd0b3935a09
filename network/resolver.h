/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names on a network: its gateway answers for members, and passes all other questions on to the host's name servers. One
 * server for both, since the resolvers of some C libraries ask all that they know at once, and take whichever answer
 * is first. */

#include "network/registry.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Resolver Resolver;

/* Binds the gateways' addresses. Needs the network namespace to be entered. */
bool resolver_open(const char *runtime_dir, const NetworkState *state, const char *way_out,
                   Resolver **ret_resolver, GError **error);
void resolver_free(Resolver *resolver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resolver, resolver_free)

/* Answers until STOP_FD can be read. */
void resolver_run(Resolver *resolver, int stop_fd);
