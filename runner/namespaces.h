/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The child that becomes the container, born in its namespaces and its cgroup by one clone3(). */

#include "base/id-map.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* A user namespace of somebody else's that the container is born inside, so that it may take part in what belongs to
 * that one: a network, another container's namespaces. */
typedef struct NamespacesOwner {
        int user_fd; /* -1: nobody's; the container is born in the runner's own */
        IdMap *map;  /* the owner's ids, as the host sees them */
        int shared_fds
                [3]; /* namespaces of the owner that take the place of own ones (network, IPC, UTS); -1: none */
        int mounts_fd;    /* a mount namespace of the owner that something is taken from; -1: none */
        char *mount_path; /* it, and */
        int mount_fd; /* the same as a detached mount, in the child; no more than a place for it in the runner */
} NamespacesOwner;

#define NAMESPACES_OWNER_NONE                                                                               \
        ((NamespacesOwner){.user_fd = -1, .shared_fds = {-1, -1, -1}, .mounts_fd = -1, .mount_fd = -1})

/* Opens the user namespace that PID was born in, wherever it has moved since. Needs PID alive, and ours. */
bool namespaces_owner_open(pid_t pid, NamespacesOwner *ret_owner, GError **error);

/* Has the container share one of "net", "ipc" and "uts" with PID, which is in the owner's user namespace or in one
 * above it. */
bool namespaces_owner_share(NamespacesOwner *owner, pid_t pid, const char *kind, GError **error);

/* Has the child be born with what is mounted on PATH where PID is, which is as for sharing. */
bool namespaces_owner_take(NamespacesOwner *owner, pid_t pid, const char *path, GError **error);
void namespaces_owner_clear(NamespacesOwner *owner);

/* Runs in:  the runner
 * Needs:    no threads (nothing may allocate in a child of a threaded process)
 * Leaves:   two processes; RET_CHILD is 0 in the child, which owns nothing of its user namespace yet
 *
 * OF_HOST: CLONE_NEWNET and CLONE_NEWIPC, where the container has the host's.
 * CGROUP_FD is the folder of the cgroup that the child is born into, -1 for the runner's own. */
bool namespaces_spawn(guint64 of_host, int cgroup_fd, pid_t *ret_child, GError **error);

/* The same inside OWNER, with the child's MAP (as the host sees it) written already, and with no newuidmap: whoever is in
 * the owner's user namespace has its ids at hand. The child is ours, not that of the process in between; until we say so, it cannot know
 * that its map is written. */
bool namespaces_spawn_inside(const NamespacesOwner *owner, const IdMap *map, guint64 of_host, int cgroup_fd,
                             pid_t *ret_child, GError **error);

/* Runs in:  the child, once its maps are written
 * Leaves:   root of the user namespace, with all capabilities in it; /proc/PID/ns/ still open to the
 *           runner's user, so that pasta can join */
bool namespaces_become_root(GError **error);

/* Opens the user namespace of a child, for the clean-up after its end. */
bool namespaces_open_user(pid_t child, int *ret_fd, GError **error);

/* Names the container and brings up its loopback interface.
 *
 * Runs in:  the child, as root of its namespaces */
bool namespaces_set_host_name(const char *name, GError **error);
bool namespaces_raise_loopback(GError **error);
