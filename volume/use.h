/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which running containers use a volume: those whose folder has the link volume-NAME and is locked (image/store.h). */

#include "volume/store.h"

#include <glib.h>

/* Names of containers, as a GPtrArray of char *. Whoever is to act on the answer holds the store's exclusive lock.
 * Caller unrefs. */
GPtrArray *volume_use_find(const VolumeStore *store, const char *name);
