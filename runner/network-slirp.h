/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The container's network by slirp4netns, where that is what the host has (network/slirp.h). */

#include "runner/network.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Fails for ports that it cannot publish: those on IPv6 addresses. */
bool network_slirp_check(const Network *network, GError **error);

/* The arguments for joining the namespaces of CHILD, ended by NULL. Caller unrefs. */
GPtrArray *network_slirp_plan(const Network *network, pid_t child);

/* Publishes the ports, once it is up. */
bool network_slirp_publish(Network *network, GError **error);
