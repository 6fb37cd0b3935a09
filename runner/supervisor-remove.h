/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/stat.h>

/* Removes all that is in the open folder and lies on DEVICE, never through a link. What cannot be removed stays. */
void supervisor_remove_entries(int folder_fd, dev_t device);

/* The same with the folder PATH itself. */
void supervisor_remove_folder(const char *path);

/* Removes the writable layer of the container NAME, and the cgroups below its own. We are root of its user namespace
 * afterwards, so nothing else is to come. */
void supervisor_remove_layer(int namespace_fd, int cgroup_fd, int containers_fd, int folder_fd,
                             const char *name);
