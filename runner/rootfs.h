/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The container's root: an overlay of the image's layers and a writable one that lives as long as the
 * container, or a folder of the user's (Rootfs=). */

#include "runner/run.h"

/* Makes containers/NAME/ and locks it. What an earlier life left there is moved to trash/ by one rename; a
 * container of this name that is alive is an error.
 *
 * Runs in:  the runner
 * Leaves:   run->folder_fd, which holds the lock as long as somebody has it open */
bool rootfs_reserve(Run *run, GError **error);

/* What the root is made of, opened as long as the child is still the user: the container's root may have no
 * way into the user's folders. */
typedef struct Rootfs {
        int folder_fd;     /* containers/NAME */
        GArray *layer_fds; /* int, the topmost first */
        int tree_fd;       /* the folder of Rootfs= as a detached mount; -1 for an overlay */
} Rootfs;

/* Runs in:  the child, in its namespaces, before namespaces_become_root()
 * Leaves:   mount propagation into the container only */
bool rootfs_open(const Run *run, Rootfs *ret_rootfs, GError **error);
void rootfs_close(Rootfs *rootfs);

/* Mounts the root on containers/NAME/root, not yet entered.
 *
 * Runs in:  the child, as root of its namespaces
 * Leaves:   RET_FD, the root folder (O_PATH) */
bool rootfs_mount(const Run *run, const Rootfs *rootfs, int *ret_fd, GError **error);

/* Makes it "/".
 *
 * Runs in:  the child, after everything is mounted below it
 * Leaves:   the host's tree detached and out of reach */
bool rootfs_enter(int root_fd, bool read_only, GError **error);

/* Says why the kernel refuses an overlay whose upper layer lies in UPPER, with what would allow it. Returns false. */
bool rootfs_explain_overlay(int errno_value, const char *upper, GError **error);
