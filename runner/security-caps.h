/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Capabilities of the payload: AddCapability=, DropCapability=, and the change from the namespace's root to
 * the payload's user (capabilities(7)). */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Sets of capabilities, bit CAP_… each. */
typedef struct SecurityCaps {
        guint64 bounding; /* all that the payload and what it starts may ever have; what its root has */
        guint64 added; /* of these, what was asked for by name (or ALL): a user other than root gets no other
                        */
} SecurityCaps;

/* Names as people write them: with or without CAP_, in any case, ALL for all that this kernel has. As
 * podman-run(1): what is dropped leaves the default set, what is added joins it; one name on both sides is
 * an error. The lists are of char *, either may be NULL.
 *
 * WARNINGS (NULL, or a list that frees its char *) gets a line for each added capability that the kernel
 * does not honour in a user namespace, or only in part; the payload gets it all the same. */
bool security_caps_plan(const GPtrArray *added, const GPtrArray *dropped, SecurityCaps *ret_caps,
                        GPtrArray *warnings, GError **error);

/* Whom the payload runs as, in the container's ids. */
typedef struct SecurityUser {
        uid_t uid;
        gid_t gid;
        const gid_t *groups; /* supplementary */
        gsize n_groups;
        bool keep_groups; /* the process's own stay: setgroups() is denied (a single-id map), or access is by
                             them */
} SecurityUser;

/* Becomes USER with no more than CAPS. As the OCI runtimes do: root has the bounding set, permitted and
 * effective; another user has what was added by name, also ambient, so that it survives execve(). Nothing is
 * inheritable otherwise.
 *
 * Runs in:  the child, after security_seccomp_apply(), last before execve()
 * Needs:    CAP_SETPCAP, CAP_SETUID and CAP_SETGID in the user namespace
 * Leaves:   capabilities and ids that only execve() of a set-user-ID file can change, within the bounding
 * set. Not dumpable, unless nothing changed */
bool security_caps_apply(const SecurityCaps *caps, const SecurityUser *user, GError **error);
