/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of what comes from the host: a line in the container's passwd(5) for a payload whose user the image does not
 * know, and lines in its group(5) for groups that are mapped as they are. */

#include "runner/run.h"

/* Runs in:  the child, as root of its namespaces, before anything is mounted over the image
 * Leaves:   lines at the end of the container's own copies; a folder of the user's (Rootfs=) stays as it is */
bool mount_names_add(const Run *run, int root_fd, GError **error);
