/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* hosts, hostname and resolv.conf of the container, made in its runtime folder and bound over the
 * image's. */

#include "runner/run.h"

/* The texts; pure. Caller frees. */
char *mount_etc_print_hosts(const ContainerSpec *spec, const Network *network, const char *host_name);
/* The same for who shares the network of another, whose text is THEIRS. */
char *mount_etc_extend_hosts(const char *theirs, const ContainerSpec *spec, const char *host_name);
char *mount_etc_print_resolv_conf(const ContainerSpec *spec, const Network *network, const char *host_text);

/* Runs in:  the runner, before the child exists
 * Leaves:   the three files in session.container_dir */
bool mount_etc_write(Run *run, GError **error);

/* The container's host name: HostName=, else its own name cut to the 64 bytes that the kernel takes; that of
 * the host with Network=host. Caller frees. */
char *mount_etc_host_name(const ContainerSpec *spec, const Network *network);
