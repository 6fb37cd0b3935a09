/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What of a .network file has no effect, or one that nobody may have thought of: told in the journal at its start. */

#include "network/registry.h"
#include "spec/network-spec.h"

#include <glib.h>

/* TAKEN: subnets that the host's routes lead to, and those of the user's other networks (of Subnet). */
void holder_tell(const NetworkSpec *spec, const NetworkState *state, const GArray *taken);
