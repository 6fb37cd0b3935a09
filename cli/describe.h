/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A container as JSON. Members are named the same everywhere; what is not known is "" or not there. */

#include "cli/containers.h"

#include <json-glib/json-glib.h>

/* Members for lists: name, unit, image, state, since, ports, memory, … into the object that BUILDER is in. NOW is the user's
 * default id map, NULL where it cannot be known (cli/older-ids.h). */
void describe_summary(JsonBuilder *builder, Manager *manager, const Container *container, const IdMap *now);

/* All that is known: the same, its processes and namespaces, and what its unit asks for, by the key table. */
void describe_all(JsonBuilder *builder, Manager *manager, const Container *container);

/* When it came into its state, µs since the epoch; 0 when that is not known. */
gint64 describe_since(Manager *manager, const Container *container);

/* Why it failed or is broken, in the runner's words; NULL when there is nothing to say. Caller frees. */
char *describe_reason(Manager *manager, const Container *container);

/* "healthy", "unhealthy" or "starting"; NULL where nothing is checked, or has been checked yet. Static. */
const char *describe_health(const Container *container);

/* "8080->80/tcp, …", as it is in force or, when it does not run, as it was asked for. Caller frees. */
char *describe_ports(const Container *container);
