/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a start needs to know of an image, kept as a GVariant file that is mapped: no JSON is read at a start.
 * (OCI image specification, config.md.) */

#include <glib.h>
#include <stdbool.h>

/* Strings and lists live as long as the record. Strings are "" and lists empty where the image says nothing. */
typedef struct ImageRecord {
        GVariant *variant;
        const char *digest;        /* of the image's configuration: "sha256:…" */
        const char *manifest;      /* digest of the manifest in the store; "" when there was none */
        const char *architecture;  /* as Go spells it: "amd64" */
        const char *created;       /* RFC 3339, as the image says */
        const char *const *layers; /* diff ids of the unpacked layers, lowest first: "sha256:…" */
        const char *const *blobs;  /* digests of the same layers as they came, perhaps compressed */
        const char *const *entrypoint;
        const char *const *command;
        const char *const *environment; /* KEY=VALUE */
        const char *const *volumes;     /* folders that the image declares as volumes */
        const char *const *ports;       /* "80/tcp" */
        const char *const *labels;      /* KEY=VALUE */
        const char *user;               /* USER[:GROUP] */
        const char *working_directory;
        const char *stop_signal; /* "SIGQUIT" or "3" */
        const char *const *
                health; /* its HEALTHCHECK, as options of the runner: "--health-cmd=[…]", "--health-interval=30s" */
        bool needs_keeping; /* it is in a read-only store, and the user's own has no record of it (image/store.h) */
} ImageRecord;

void image_record_free(ImageRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageRecord, image_record_free)

/* Maps a record file. A record of another format version, or one that is not in normal form, is an error that says
 * to import the image again. */
bool image_record_load(int dir_fd, const char *path, ImageRecord **ret_record, GError **error);

/* The same from memory. */
bool image_record_parse(GBytes *bytes, ImageRecord **ret_record, GError **error);

/* The bytes of a record file with these fields (`variant` is not looked at; NULL stands for "" and for an empty list).
 * All strings must be UTF-8. Caller unrefs. */
GBytes *image_record_print(const ImageRecord *fields);
