/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sysctl=: kernel parameters that belong to one of the container's own namespaces. */

#include "base/id-map.h"

#include <glib.h>
#include <stdbool.h>

/* Finds out whether NAME=VALUE may be set for a container, of whose namespaces those in FOREIGN (CLONE_NEWNET, CLONE_NEWIPC)
 * are not its own; names with dots or slashes, as in sysctl.d(5).
 * RET_PATH gets the path below /proc/sys/, RET_VALUE points behind the '='. Errors say whose the parameter
 * is. Caller frees RET_PATH. */
bool security_sysctl_parse(const char *text, guint64 foreign, char **ret_path, const char **ret_value,
                           GError **error);

/* What ping_group_range is set to, so that it covers as many of the container's groups as a range can: "LOW
 * HIGH" in the container's ids. The kernel wants both ends mapped, and in order inside and outside. Caller
 * frees. */
char *security_sysctl_print_ping_range(const IdMap *map);

/* Sets what each container with an own network gets (ping for everybody, as podman-run(1); low ports for
 * everybody, as Docker), then SYSCTLS (char *, NAME=VALUE; may be NULL).
 *
 * Runs in:  the child, as root of its namespaces, before /proc/sys becomes read-only
 * Needs:    a /proc of any mount namespace: the kernel shows each process its own namespaces' parameters.
 * Where that one is read-only (systemd-nspawn's), the right to mount a fresh one */
bool security_sysctl_apply(const GPtrArray *sysctls, guint64 foreign, const IdMap *map, GError **error);
