/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The program that connects a network namespace with the world: pasta, or slirp4netns where that is not installed. pasta gets the
 * namespaces as descriptors and speaks by one, since the profile that Debian has for it with AppArmor opens neither
 * /proc/PID/ns/ of others nor files in /run/user to it (/etc/apparmor.d/usr.bin.passt of bookworm). */

#include "base/process.h"

#include <glib.h>
#include <stdbool.h>

/* Starts pasta for the namespaces that NETWORK_FD and USER_FD are. ARGUMENTS, of which it makes the end, say all but that. Where
 * a distribution has pasta twice, pasta.avx2 is started at once where the other one would only have executed it. */
bool uplink_start_pasta(GPtrArray *arguments, int network_fd, int user_fd, Process *ret_process,
                        GError **error);

/* Starts slirp4netns, which is up when it writes to its standard input: what it writes is read from RET_READY_FD, the caller's. */
bool uplink_start_slirp(const GPtrArray *arguments, Process *ret_process, int *ret_ready_fd, GError **error);

/* Waits until the program is up; READY_FD is -1 with pasta. Fails after 20 s, or when it ends, with its last words; PROCESS
 * is gone in that case. */
bool uplink_wait(Process *process, int ready_fd, GError **error);

/* Whether REASON, of uplink_wait(), is that the host has no interface which pasta could look at. */
bool uplink_wants_interface(const GError *reason);

/* The arguments of pasta as it is started, for uplink_start_pasta() and tests. */
void uplink_complete_pasta(GPtrArray *arguments);
