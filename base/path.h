/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Path arithmetic: text only, no system call. */

#include <stdbool.h>

/* Drops "." and empty components and doubled slashes, and resolves ".." as text; ".." at the top of an
 * absolute path is dropped. Caller frees. */
char *path_normalise(const char *path);

/* PATH made absolute against FOLDER when it is relative, and normalised. Caller frees. */
char *path_absolute(const char *folder, const char *path);

/* Whether a name is safe as one component: not empty, ".", "..", and without "/" or control characters. */
bool path_is_component(const char *name);
