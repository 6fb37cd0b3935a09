/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One specification of the Container Device Interface, which is JSON that a driver's package or a tool has written. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct CdiRest {
        bool has_hooks; /* it names programs to run */
        GArray *groups; /* gid_t, of the host: what its devices are given to */
} CdiRest;

#define CDI_REST_NONE ((CdiRest){.groups = g_array_new(FALSE, FALSE, sizeof(gid_t))})

/* Looks for a device of this kind (VENDOR/CLASS) and name. Where the specification knows it, RET_FOUND is true, and OPTIONS gets what
 * it asks for as options of the runner, one a line, and REST what no option says. */
bool cdi_specification_find(const char *text, size_t size, const char *kind, const char *name,
                            GString *options, bool *ret_found, CdiRest *rest, GError **error);
