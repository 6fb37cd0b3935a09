/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* [Quadlet], which every kind of file may have. */

#include "spec/key-load.h"

typedef struct QuadletSpec {
        Tristate default_dependencies;
} QuadletSpec;

extern const KeyTable quadlet_key_table;
extern const KeyLoader quadlet_loader;
