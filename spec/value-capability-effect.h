/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* What becomes of a capability that the kernel asks for in the first user namespace, so that a rootless
 * container has it in vain: half a sentence, constant, or NULL where it does what it says. NAME as
 * value_capability_parse() returns it. RET_IS_PARTIAL (may be NULL): something is left of it. */
const char *value_capability_effect(const char *name, bool *ret_is_partial);
