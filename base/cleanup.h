/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Scope-bound file descriptors and streams. GLib has its own g_autofd only since 2.76, newer than Debian
 * 12. */

#include <dirent.h>
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

static inline void cleanup_fd(int *fd) {
        if (*fd < 0)
                return;
        int saved = errno;
        close(*fd);
        *fd = -1;
        errno = saved;
}

static inline void cleanup_file(FILE **file) {
        if (*file)
                fclose(*file);
}

static inline void cleanup_dir(DIR **dir) {
        if (*dir)
                closedir(*dir);
}

#define autofd   __attribute__((cleanup(cleanup_fd)))
#define autofile __attribute__((cleanup(cleanup_file)))
#define autodir  __attribute__((cleanup(cleanup_dir)))

/* Hands a descriptor to the caller and forgets it here. */
static inline int steal_fd(int *fd) {
        int taken = *fd;
        *fd = -1;
        return taken;
}
