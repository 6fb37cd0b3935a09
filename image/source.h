/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a user wants to import, and in which form it comes: found out by looking into it, unless a prefix says so. */

#include "image/trash.h"

#include <glib.h>
#include <stdbool.h>

typedef enum ImageSourceKind {
        IMAGE_SOURCE_FOLDER,         /* "dir:", a root file system */
        IMAGE_SOURCE_TAR,            /* "tar:", the same in an archive */
        IMAGE_SOURCE_OCI_LAYOUT,     /* "oci:" */
        IMAGE_SOURCE_OCI_ARCHIVE,    /* "oci-archive:", the same in an archive */
        IMAGE_SOURCE_DOCKER_ARCHIVE, /* "docker-archive:", of `docker save` */
} ImageSourceKind;

typedef struct ImageSource {
        ImageSourceKind kind;
        char *path;
        char *name; /* what follows the path, "oci:PATH:NAME"; NULL */
        int fd;     /* open for reading; a file's position is its beginning */
} ImageSource;

/* TEXT is [KIND:]PATH[:NAME], or "-" for an archive on standard input, which is copied into ASIDE. */
bool image_source_open(const char *text, const ImageTrash *aside, ImageSource **ret_source, GError **error);
void image_source_free(ImageSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageSource, image_source_free)

/* For messages: "an OCI layout". Static text. */
const char *image_source_kind_name(ImageSourceKind kind);
