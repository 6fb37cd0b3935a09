/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The stage that takes privileges away, the last one before the payload. Its parts, and the order that they
 * need:
 *
 *   security_sysctl_apply()        while /proc/sys is still writable, in the container's own namespaces
 *   security_limits_apply()        any time; a hard limit only ever goes down
 *     … mounts are made read-only, the network is up, nothing is left to join …
 *   security_seccomp_apply()       first of the three, while CAP_SYS_ADMIN is there (or after no_new_privs);
 * its filter lets the calls of what follows through security_caps_apply()          bounding set, groups,
 * user, then the rest; after it nothing can be regained security_no_new_privileges()   only where asked for
 *   execve()
 *
 * Who changes the user is no longer dumpable (proc(5)): PR_SET_DUMPABLE is set again where the runner's user
 * must still be able to join the namespaces.
 *
 * All parts run in the child, need nothing but their arguments, and log nothing: the error travels to the
 * runner. */

#include <glib.h>
#include <stdbool.h>

/* Runs in:  the child, at any time before execve()
 * Leaves:   set-user-ID programs and file capabilities without effect, for the payload and all that it
 * starts */
bool security_no_new_privileges(GError **error);
