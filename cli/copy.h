/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files and folders through a pipe, as a tar archive: packed on one side of a border, unpacked on the other. Each side
 * works in the root and with the ids that its process has. */

#include <glib.h>
#include <stdbool.h>

/* What a copy is called in an archive between two sides. */
#define COPY_BASE "x"

/* Writes PATH (a file, a folder with all below it; of "FOLDER/." what is below) to FD. Names in the archive begin with
 * BASE. Sockets, fifos and device nodes are left out. */
bool copy_pack(const char *path, const char *base, int fd, GError **error);

typedef struct CopyTarget {
        const char *path; /* a folder that is there: into it, as NAME; or a path whose parent is there */
        const char *name; /* NULL: what is below the folder, into PATH */
        bool owned;       /* entries belong to UID and GID, not to who unpacks */
        guint32 uid, gid;
        bool keeps_owner; /* they belong to whom the archive says */
        bool is_stream;   /* the archive is somebody's: its names are their own, and go into PATH */
} CopyTarget;

/* Reads such an archive from FD, or with is_stream any tar, compressed or not. Nothing in it leads out of the target. */
bool copy_unpack(const CopyTarget *target, int fd, GError **error);

/* The name that a copy of PATH has in a folder; NULL for "FOLDER/." and "/". Caller frees. Pure. */
char *copy_name(const char *path);
