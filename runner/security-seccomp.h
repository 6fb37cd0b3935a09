/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The seccomp filter of the payload. What it refuses and why is in security-syscalls.h. */

#include <glib.h>
#include <linux/filter.h>
#include <stdbool.h>

/* Bits beside the capabilities, which are the lower ones (1 << CAP_…). */
#define SECURITY_SECCOMP_NESTING (G_GUINT64_CONSTANT(1) << 62) /* containers inside the container */
#define SECURITY_SECCOMP_NO_TERMINAL                                                                        \
        (G_GUINT64_CONSTANT(1) << 63) /* the payload is given no terminal of the host */

/* Whether SeccompProfile= has a value that this version knows; its errors say which it knows. */
bool security_seccomp_check(const char *profile, GError **error);

/* Loads the filter: NULL or "" is the default one, "unconfined" none, "nesting" the default one less what is
 * needed to run containers, or a browser's sandbox, inside. CAPABILITIES is what the payload gets (the
 * bounding set): with SYS_ADMIN mounts and namespaces are allowed, and so on. COMPILED is the program of a profile that is a
 * file (runner/security-profile.h), NULL for the others.
 *
 * Runs in:  the child, when nothing is left to mount or to join; before security_caps_apply()
 * Needs:    CAP_SYS_ADMIN in the user namespace, or no_new_privs
 * Leaves:   every later call of this process and its children filtered. security_caps_apply(), chdir(),
 * close_range(), execve() and writing to a socket are among the allowed ones */
bool security_seccomp_apply(const char *profile, guint64 capabilities, const GByteArray *compiled,
                            GError **error);

/* The program that security_seccomp_apply() loads, for tests. Caller frees. */
struct sock_filter *security_seccomp_plan(guint64 bits, gsize *ret_length);
