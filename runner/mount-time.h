/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The host's file for Timezone=; NULL when nothing is asked for, or "local" on a host that has no zone of its own.
 * Caller frees. */
bool mount_time_find(const char *time_zone, char **ret_path, GError **error);
