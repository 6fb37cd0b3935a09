/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The host's static busybox, to be lent to a container whose image has no shell. */

#include <glib.h>
#include <stdbool.h>

/* A sealed copy in memory, so that nobody who gets it gets at the host's file; RET_NAMES are those that it can be called by,
 * "busybox" the first. Fails with the cure where there is none, or none that runs without libraries. */
bool busybox_copy(int *ret_fd, GPtrArray **ret_names, GError **error);

/* Whether the program in FD, which is read from its start, needs no dynamic linker. */
bool busybox_is_static(int fd);
