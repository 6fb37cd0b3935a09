/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Secret=, --secret: NAME[,type=mount|env][,target=][,uid=][,gid=][,mode=] (podman-run(1)). */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef enum SecretKind {
        SECRET_MOUNT,       /* a file */
        SECRET_ENVIRONMENT, /* a variable */
} SecretKind;

typedef struct Secret {
        char *name; /* in the store; no path */
        SecretKind kind;
        char *target; /* the absolute path inside, /run/secrets/NAME by default; or the variable, NAME by default */
        guint32 uid, gid; /* of the file, inside; 0 by default */
        mode_t mode;      /* of the file; 0444 by default */
} Secret;

void secret_free(Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)

bool value_secret_parse(const char *text, Secret **ret_secret, GError **error);

/* The user's store, $XDG_DATA_HOME/wolffia/secrets: a file for each secret, NAME as it is, or NAME and this suffix, which
 * systemd-creds(1) decrypts. Caller frees. */
#define VALUE_SECRET_ENCRYPTED ".cred"
char *value_secret_store(void);

/* Whether NAME can be that of a secret: it is the name of a file in the store. Not empty, no "." or "-" in front, no
 * "/", "=", ",", no control characters, at most 237 bytes, so that there is room for suffixes. */
bool value_secret_check_name(const char *name, GError **error);
