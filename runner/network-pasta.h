/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* pasta's command line. Pure. */

#include "runner/network.h"

#include <glib.h>

/* What uplink_start_pasta() completes. Caller unrefs. */
GPtrArray *network_pasta_plan(const Network *network);
