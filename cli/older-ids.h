/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Containers that were started before the user's subordinate ids changed (SHORTCOMINGS.md, row U3): a start reads the ranges
 * anew, what runs keeps what it has. */

#include "runner/state.h"

/* Whether STATE's container has ids that are not the user's any more. NOW is the user's default map; NULL, where that
 * cannot be known, is an answer of no. Pure. */
bool older_ids_check(const IdMap *now, const ContainerState *state);
