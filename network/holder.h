/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One network: a network namespace with a bridge in it, held by a process that answers for names, and the way out. All
 * of a user's networks lie in one user namespace, since the kernel lets a veth join two network namespaces only below
 * a common one. That namespace needs nobody who keeps it: it lives as long as a network or a member of one does, and
 * the first network makes it. */

#include "spec/network-spec.h"

#include <glib.h>
#include <stdbool.h>

/* Makes the network, or takes over the one of this name whose members still run, and becomes its supervisor. Returns
 * only in case of failure. */
bool holder_run(const NetworkSpec *spec, GError **error);
