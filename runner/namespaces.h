/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The child that becomes the container, born in its namespaces and its cgroup by one clone3(). */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Runs in:  the runner
 * Needs:    no threads (nothing may allocate in a child of a threaded process)
 * Leaves:   two processes; RET_CHILD is 0 in the child, which owns nothing of its user namespace yet
 *
 * CGROUP_FD is the folder of the cgroup that the child is born into, -1 for the runner's own. */
bool namespaces_spawn(bool own_network, int cgroup_fd, pid_t *ret_child, GError **error);

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
