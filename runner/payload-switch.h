/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Entry points that, when they are root, start themselves again as their service's user:
 *
 *     if [ "$(id -u)" = 0 ]; then … exec gosu redis "$0" "$@"; fi
 *
 * Official images of databases are so. With a single id nobody ever becomes that user, and such a script would start itself for ever;
 * it is started as that user to begin with, as its author provided for (SHORTCOMINGS.md, row U1). */

#include "runner/run.h"

/* The user as whom SCRIPT, whose file is NAME, starts itself again; NULL when it does not. Pure; caller frees. */
char *payload_switch_find(const char *script, const char *name);

/* Makes that user the payload's, and notes it, where the container has a single id and nobody chose a user.
 *
 * Runs in:  the child, when the image's root is mounted at ROOT_FD
 * Leaves:   run->spec->user */
void payload_switch_apply(Run *run, int root_fd);
