/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* pasta's command line. Pure. */

#include "runner/network.h"

#include <glib.h>
#include <sys/types.h>

/* The arguments for joining the namespaces of CHILD, ended by NULL. Caller unrefs. */
GPtrArray *network_pasta_plan(const Network *network, pid_t child);
