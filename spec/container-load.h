/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UnitFile → ContainerSpec, by the key table. */

#include "spec/container-spec.h"
#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

/* Reads [Container] of the unit file at PATH (absolute; relative sources start from its folder) into SPEC.
 * All that is wrong is added to PROBLEMS, not only the first; SPEC holds what was right. */
void container_load(const UnitFile *unit, const char *path, ContainerSpec *spec, GPtrArray *problems);

/* The value of a key of the class KEY_SINGLE without its outer quotes. Caller frees. */
char *container_load_unquote(const char *value);
