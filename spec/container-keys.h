/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The key table of [Container], ContainerSpec and the runner's command line. */

#include "spec/container-spec.h"
#include "spec/key-table.h"

extern const KeyTable container_key_table;
