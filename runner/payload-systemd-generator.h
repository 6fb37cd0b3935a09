/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Services that come into a container with a systemd after its start, from a package or by hand, and ask for DynamicUser=: a
 * generator of ours inside sees them at the next daemon-reload. */

#include <glib.h>
#include <stdbool.h>

/* What takes the place of DynamicUser=, for the runner's drop-ins and for the generator's. */
#define PAYLOAD_SYSTEMD_DROPIN_HEAD                                                                         \
        "# Written by wolffia; PrivateNetworkOverride=no keeps it away.\n[Service]\n"
#define PAYLOAD_SYSTEMD_WITHOUT_USER                                                                        \
        PAYLOAD_SYSTEMD_DROPIN_HEAD                                                                         \
        "DynamicUser=no\nUser=nobody\nGroup=\nNoNewPrivileges=yes\nRestrictSUIDSGID=yes\nRemoveIPC=yes\n"
/* Behind whatever says DynamicUser=yes in a drop-in of its own. */
#define PAYLOAD_SYSTEMD_USER_DROPIN "zz-wolffia-user.conf"

/* Writes the generator below ROOT_FD, where a fresh /run is mounted. In an image without sh(1) and grep(1) it does nothing. */
bool payload_systemd_generator_write(int root_fd, GError **error);
