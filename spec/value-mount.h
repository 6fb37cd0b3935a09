/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Mount=, --mount: type=TYPE,source=…,target=…,OPTION,… (podman-run(1)). */

#include "spec/value-volume.h"

typedef enum MountType {
        MOUNT_TYPE_BIND,
        MOUNT_TYPE_VOLUME,
        MOUNT_TYPE_TMPFS,
        MOUNT_TYPE_RAMFS,
        MOUNT_TYPE_DEVPTS,
        MOUNT_TYPE_GLOB,  /* all that a pattern matches, under the target */
        MOUNT_TYPE_IMAGE, /* the files of another image; what is written is gone with the container */
} MountType;

typedef struct MountValue {
        MountType type;
        Volume volume; /* source, target and options, as Volume= has them; no source: an anonymous volume */
        char *subpath; /* a folder of the image; NULL: all of it */
        char *options; /* of a file system in memory, or of devpts; NULL: none */
} MountValue;

void mount_value_free(MountValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountValue, mount_value_free)

bool value_mount_parse(const char *text, MountValue **ret_value, GError **error);

/* Whether TYPE is one of podman's that do not work here; the error says what to write instead. */
bool value_mount_check_type(const char *type, GError **error);
