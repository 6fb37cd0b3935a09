/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rows that all tables but that of containers share. */

#include "spec/key.h"

#define KEY_COMMON_PODMAN "it is for podman, which does not run here"

/* clang-format off */
#define KEY_COMMON_ROWS                                                                                     \
        {"PodmanArgs", NULL, 0, KEY_WORDS, KEY_WORKS, NULL,                                                 \
         KEY_NO_FIELD, "OPTION", "options of this table, as podman has them"},                              \
        {"ServiceName", NULL, 0, KEY_SINGLE_EMPTY, KEY_WORKS, NULL,                                         \
         KEY_NO_FIELD, "NAME", "name of the unit, without .service"},                                       \
        {"ContainersConfModule", "module", 0, KEY_LINES, KEY_IGNORED, NULL,                                 \
         KEY_NO_FIELD, "MODULE", KEY_COMMON_PODMAN},                                                        \
        {"GlobalArgs", NULL, 0, KEY_WORDS, KEY_IGNORED, NULL,                                               \
         KEY_NO_FIELD, "OPTION", KEY_COMMON_PODMAN}
/* clang-format on */
