/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Waiting for the locks of networks, which are held for moments: with a word to the service manager, and not for ever. */

#include <glib.h>
#include <stdbool.h>

/* Long enough for the nft of many networks that start at once on a slow machine; below the usual TimeoutStartSec=. */
#define LOCK_PATIENCE_MSEC 30000

/* Locks FD, which was opened by PATH, by flock(2). While it waits `systemctl status` says so. WOLFFIA_ERROR_HELPER after
 * PATIENCE_MSEC. */
bool lock_wait(int fd, const char *path, guint patience_msec, GError **error);
