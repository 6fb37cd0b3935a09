/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One specification of the Container Device Interface, which is JSON that a driver's package or a tool has written. */

#include <glib.h>
#include <stdbool.h>

/* Looks for a device of this kind (VENDOR/CLASS) and name. Where the specification knows it, RET_FOUND is true, and OPTIONS gets what
 * it asks for as options of the runner, one a line. RET_HOOKS: it names programs to run as well. */
bool cdi_specification_find(const char *text, size_t size, const char *kind, const char *name,
                            GString *options, bool *ret_found, bool *ret_hooks, GError **error);
