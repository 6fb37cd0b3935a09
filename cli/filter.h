/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --filter=FIELD=VALUE of lists of containers: several of one field are alternatives, those of different fields all hold. */

#include "cli/containers.h"

#include <glib.h>
#include <stdbool.h>

/* FILTERS may be NULL. RET_NEEDS_ALL: whether they are about containers that do not run as well. */
bool filter_check(char *const *filters, bool *ret_needs_all, GError **error);

/* Leaves in CONTAINERS those that match. Labels are those that units give. */
void filter_apply(char *const *filters, Manager *manager, GPtrArray *containers);

/* Whether one matches, whose spec has been read where it has one. Pure. */
bool filter_match(char *const *filters, const Container *container);
