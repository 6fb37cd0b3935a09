/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Rows that tables share: those of all but [Container], and the form of options that have no key. */

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

/* Options of podman's (PodmanArgs=) that have no effect here, or their place elsewhere; REMARK says why, or where. */
#define KEY_OPTION_WITHOUT(option, letter, class, remark)                                                   \
        {NULL, option, letter, class, KEY_IGNORED, NULL, KEY_NO_FIELD, KEY_OPTION_VALUE(class), remark}
#define KEY_OPTION_REFUSED(option, letter, class, remark)                                                   \
        {NULL, option, letter, class, KEY_REFUSED, NULL, KEY_NO_FIELD, KEY_OPTION_VALUE(class), remark}
#define KEY_OPTION_VALUE(class) ((class) == KEY_BOOLEAN ? NULL : "VALUE")
/* clang-format on */
