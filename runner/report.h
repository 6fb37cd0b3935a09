/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The runner's last sentence. */

#include "spec/container-spec.h"

#include <glib.h>

/* Says why a start has failed, in the journal and as the unit's status. SPEC is NULL while nothing is known of it. */
void report_failure(const ContainerSpec *spec, const char *stage, const GError *failure);
