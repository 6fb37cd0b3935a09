/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ulimit=: resource limits of the payload (getrlimit(2)), in podman-run(1)'s grammar. */

#include <glib.h>
#include <stdbool.h>

typedef struct SecurityLimit {
        int resource; /* RLIMIT_… */
        guint64 soft; /* in the resource's own unit; G_MAXUINT64: unlimited, the same as RLIM_INFINITY */
        guint64 hard;
} SecurityLimit;

/* NAME=SOFT[:HARD], each a number, -1 or "unlimited"; without HARD it is SOFT. "host" is the limits that the
 * service has anyhow, so it sets none: RET_HAS_LIMIT is false then. */
bool security_limits_parse(const char *text, SecurityLimit *ret_limit, bool *ret_has_limit, GError **error);

/* Sets the limits of this process. TEXTS: char *, in the order given, the last of a name wins.
 *
 * Runs in:  the child, before execve()
 * Needs:    the hard limits of the service to be as high: no capability of a user namespace raises one */
bool security_limits_apply(const GPtrArray *texts, GError **error);
