/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What [Volume] of a .volume file says; printed, the command line of `wolffia volume create`. */

#include "spec/key-load.h"

#include <glib.h>

/* Strings are NULL where nothing was said; lists (of char *) are never NULL. One field per row of the
 * table. */
typedef struct VolumeSpec {
        char *name;
        char *unit;      /* the unit's name, for messages */
        Tristate ignore; /* --ignore: a volume that is there stays as it is */
        char *driver;    /* local, or image */
        char *image;     /* whose files the volume is made with; with Driver=image */
        char *device;    /* the folder of type bind */
        char *type;
        char *options; /* of that mount, uid= and gid= among them */
        char *uid;     /* owner of the volume's root */
        char *gid;
        GPtrArray *further; /* copy, nocopy */
        GPtrArray *labels;  /* NAME=VALUE */
} VolumeSpec;

extern const KeyTable volume_key_table;

/* How [Volume] is read. */
extern const KeyLoader volume_loader;

VolumeSpec *volume_spec_new(void);
void volume_spec_free(VolumeSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VolumeSpec, volume_spec_free)
