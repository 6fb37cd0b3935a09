/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Volume=, --volume: [SOURCE:]TARGET[:OPTIONS] (podman-run(1)), and the first half of Tmpfs=. */

#include <glib.h>
#include <stdbool.h>

typedef enum VolumeKind {
        VOLUME_ANONYMOUS, /* only a target */
        VOLUME_PATH,      /* a file or folder of the host; relative ones start with "." */
        VOLUME_NAMED,
        VOLUME_UNIT, /* NAME.volume */
} VolumeKind;

typedef enum VolumeRelabel {
        VOLUME_RELABEL_NONE,
        VOLUME_RELABEL_SHARED,
        VOLUME_RELABEL_PRIVATE
} VolumeRelabel;

typedef enum VolumePropagation {
        VOLUME_PROPAGATION_DEFAULT,
        VOLUME_PRIVATE,
        VOLUME_RPRIVATE,
        VOLUME_SHARED,
        VOLUME_RSHARED,
        VOLUME_SLAVE,
        VOLUME_RSLAVE,
        VOLUME_UNBINDABLE,
        VOLUME_RUNBINDABLE,
} VolumePropagation;

/* Each option is false where its opposite, or nothing, was said. */
typedef struct Volume {
        char *source; /* NULL for VOLUME_ANONYMOUS */
        char *target;
        VolumeKind kind;
        VolumeRelabel relabel; /* z, Z */
        VolumePropagation propagation;
        bool read_only;    /* ro */
        bool change_owner; /* U: the source is given to the payload's user */
        bool overlay;      /* O: writes go into a layer, which is thrown away, or kept in `upper` */
        bool no_copy;      /* nocopy: an empty volume does not get the image's files */
        bool no_exec;
        bool dev;           /* device nodes work; nodev is the default */
        bool suid;          /* setuid works; nosuid is the default */
        bool not_recursive; /* bind, not rbind: mounts below the source stay behind */
        char *idmap;        /* idmap, idmap=…: "" or what is behind "="; NULL: no */
        char *upper, *work; /* upperdir=, workdir=: folders of the host; NULL: no */
} Volume;

void volume_free(Volume *volume);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Volume, volume_free)

bool value_volume_parse(const char *text, Volume **ret_volume, GError **error);

/* Rootfs=FOLDER[:OPTIONS], OPTIONS being O and idmap. */
typedef struct RootfsFolder {
        char *path;
        bool overlay; /* O: writes are thrown away */
        bool idmap;
} RootfsFolder;

void rootfs_folder_free(RootfsFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RootfsFolder, rootfs_folder_free)

bool value_rootfs_parse(const char *text, RootfsFolder **ret_folder, GError **error);

/* TARGET[:OPTIONS]; OPTIONS stay text, they are tmpfs(5)'s, and NULL when there are none. */
bool value_tmpfs_parse(const char *text, char **ret_target, char **ret_options, GError **error);
