/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What makes unmodified images usable with a single id (SHORTCOMINGS.md, row U1). All that such a container has belongs to one user
 * of the host, so whom its programs run as and whose its files are is a name and no more. A payload that is to be another user
 * than root gets that name; one that is root is told that chown(2), setuid(2) and their relatives worked. */

#include <glib.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <sys/types.h>

/* Makes UID and GID the name of the single id, in a user namespace below the container's; nothing where it is that already.
 *
 * Runs in:  the child, before security_seccomp_apply(), which forbids it
 * Needs:    a single id, /proc
 * Leaves:   all capabilities, but of the new namespace, to which nothing else belongs; where the id has another name already, an
 *           error that says which */
bool security_single_enter(uid_t uid, gid_t gid, GError **error);

/* Whom the single id is called here. */
bool security_single_read(uid_t *ret_uid, gid_t *ret_gid, GError **error);

/* Loads a filter that answers changes of user, group and owner with success; those to root, which it is, are made. Only calls of the
 * processor's own architecture are answered so.
 *
 * Runs in:  the child, before security_seccomp_apply()
 * Needs:    CAP_SYS_ADMIN in the user namespace */
bool security_single_pretend(GError **error);

/* The program that it loads, for tests. Caller frees. */
struct sock_filter *security_single_plan(gsize *ret_length);
