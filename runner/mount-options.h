/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Mount options as people write them, "rw,size=64m,noexec". */

#include <glib.h>
#include <stdbool.h>

/* Splits them with libmount into MOUNT_ATTR_* flags and the file system's own options; words for user space are
 * dropped. Caller frees RET_REST. */
bool mount_options_split(const char *options, guint64 *ret_attributes, char **ret_rest, GError **error);
