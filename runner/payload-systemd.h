/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A payload that is systemd: what it expects of whoever starts it (systemd.io/CONTAINER_INTERFACE), and the drop-ins that
 * let its services start although the container cannot give them what they ask for (SHORTCOMINGS.md, row C5). */

#include "base/sync.h"
#include "image/record.h"
#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>

/* Whether the container is to be prepared for a systemd: --systemd=always; by default when WORDS, the payload's command
 * that ends with NULL, starts one. The same programs as podman-run(1). */
bool payload_systemd_is_wanted(const ContainerSpec *spec, const GPtrArray *words);

/* The same of the command that SPEC and IMAGE make; one that cannot be made is reported where it is executed. */
bool payload_systemd_find(const ContainerSpec *spec, const ImageRecord *image);

/* container_uuid=…, an assignment for the environment. Caller frees. */
char *payload_systemd_print_identity(const char *name);

/* Its value, what the machine id is made from, the same at each start of a container of this name. Caller frees. */
char *payload_systemd_print_uuid(const char *machine_id, const char *name);

/* The version in the name of a file like libsystemd-shared-252.so, 0 when it is no such name. */
guint payload_systemd_parse_version(const char *file_name);

/* The options that this version's services cannot have with these capabilities (the bounding set), as lines of a drop-in;
 * NULL when there are none. ALL: whatever the version and the capabilities. RET_NAMES gets their names for people. Caller frees both. */
char *payload_systemd_print_dropin(guint version, guint64 capabilities, bool all, char **ret_names);

/* What the payload gets beyond the capabilities that were asked for. Since version 255 systemd keeps CAP_SYS_ADMIN for a moment
 * in services that have both a user and a filter of system calls, and fails without it. The container's own filter goes by
 * what was asked for, so that mounts and namespaces stay refused. */
guint64 payload_systemd_more_capabilities(guint version, const GPtrArray *dropped);

/* Whether a unit file's text switches this boolean option on. */
bool payload_systemd_has_option(const char *text, const char *option);

/* Hands the unit's controllers on (cgroup_divide()). CGROUP_FD is -1, and this fails, when the container has no cgroup that
 * it may divide. Runs in: the runner */
bool payload_systemd_divide_cgroup(int cgroup_fd, GError **error);

/* Makes the cgroup the payload's own: with keep-id the user who made it is not the container's root.
 *
 * Runs in:  the child, once everything is mounted below ROOT_FD
 * Needs:    a fresh cgroup2 on /sys/fs/cgroup
 * Leaves:   what the kernel lets the owner of a delegated cgroup write belongs to the container's root */
bool payload_systemd_own_cgroup(int root_fd, GError **error);

/* Writes the drop-ins that the image's systemd and its services need; the runner is told by sync_note().
 *
 * Runs in:  the child, once everything is mounted below ROOT_FD, before rootfs_enter()
 * Needs:    a fresh /run
 * Leaves:   drop-ins in /run/systemd/system. RET_VERSION is 0 when it is not found */
bool payload_systemd_relax(const ContainerSpec *spec, int root_fd, Sync *sync, guint *ret_version,
                           GError **error);
