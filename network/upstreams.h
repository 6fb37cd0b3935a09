/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The name servers that a network's gateway passes questions on to, in a file of the network's folder: its supervisor keeps
 * them those of the host (runner/supervisor-names.h), and the process that answers for names, which sees nothing of the
 * host, reads them there. */

#include <glib.h>
#include <stdbool.h>

#define UPSTREAMS_FILE "resolv.conf"
#define UPSTREAMS_KEPT 1 /* SUPERVISOR_NAMES_SERVERS there */

/* Writes the file. RET_FD is for the supervisor, or -1 where they are not to follow the host's. */
bool upstreams_open(const char *folder, char **upstreams, bool follows, int *ret_fd, GError **error);

/* Adds what the supervisor is told to ARGV, and leaves it FD; nothing for -1. STUB: that of the way out, may be NULL. */
bool upstreams_hand_over(int fd, const char *stub, GPtrArray *argv, GError **error);

/* Puts what the file says in the place of UPSTREAMS; without the file they stay. */
void upstreams_refresh(const char *folder, char ***upstreams);
