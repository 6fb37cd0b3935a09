/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a named volume was made: podman-volume-create(1)'s options, kept in NAME/options as a key file. */

#include <glib.h>
#include <stdbool.h>

typedef enum VolumeSource {
        VOLUME_SOURCE_FOLDER, /* its own data/ */
        VOLUME_SOURCE_BIND,   /* a folder of the user's, Device= with Type=bind */
        VOLUME_SOURCE_TMPFS,  /* memory, each container its own */
} VolumeSource;

typedef struct VolumeRecord {
        char *name;
        char *path; /* its folder */
        VolumeSource source;
        char *device;  /* of VOLUME_SOURCE_BIND */
        char *image;   /* whose files it was made with; NULL: none */
        char *options; /* further mount options, "size=1g,noexec"; NULL: none */
        bool no_copy;  /* never gets an image's files */
        bool has_uid, has_gid;
        guint32 uid, gid;  /* owner of its top folder, as a container sees it */
        GPtrArray *labels; /* KEY=VALUE */
        bool is_fresh;     /* no container has used it yet */
} VolumeRecord;

VolumeRecord *volume_record_new(const char *name);
void volume_record_free(VolumeRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VolumeRecord, volume_record_free)

/* Takes one NAME=VALUE of `volume create --opt`: type=, device=, image=, o= (of which uid= and gid= are ours), copy, nocopy.
 * What only root can mount is refused. */
bool volume_record_take_option(VolumeRecord *record, const char *option, GError **error);

/* What cannot be together. To be called after the last option. */
bool volume_record_check(const VolumeRecord *record, GError **error);

/* The folder that containers see. Caller frees. */
char *volume_record_data_path(const VolumeRecord *record);

/* The text of the options file; NULL when it has nothing to say. Caller frees. */
char *volume_record_print(const VolumeRecord *record);

/* Fills RECORD from that text. */
bool volume_record_parse(VolumeRecord *record, const char *text, GError **error);
