/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UnitFile → ContainerSpec, by the key table. */

#include "spec/container-spec.h"
#include "spec/key-load.h"

extern const KeyLoader container_loader;

/* key_load() of [Container], with other files out of reach. */
void container_load(const UnitFile *unit, const char *path, ContainerSpec *spec, GPtrArray *problems);
