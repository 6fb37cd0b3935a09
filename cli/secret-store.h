/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's secrets, $XDG_DATA_HOME/wolffia/secrets: a file each, NAME.cred where systemd-creds(1) has encrypted it for
 * the user (systemd 256 and later), else NAME as it is, of mode 0600. `Secret=` finds both. */

#include <glib.h>
#include <stdbool.h>

/* podman-secret(1): how much one may hold. */
#define SECRET_STORE_LARGEST (512 * 1024)

typedef struct StoredSecret {
        char *name;
        char *path;
        bool is_encrypted;
        gint64 change_usec; /* since the epoch */
} StoredSecret;

void stored_secret_free(StoredSecret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoredSecret, stored_secret_free)

/* All, by name, as an array of StoredSecret. Caller unrefs. */
GPtrArray *secret_store_list(void);

/* WOLFFIA_ERROR_NOT_FOUND when there is none of this name. */
bool secret_store_find(const char *name, StoredSecret **ret_secret, GError **error);

typedef enum SecretStoreKind {
        SECRET_STORE_BEST,
        SECRET_STORE_ENCRYPTED,
        SECRET_STORE_PLAIN
} SecretStoreKind;

/* Stores DATA; SECRET_STORE_BEST encrypts where that can be done. One of this name is replaced with REPLACE, or an error. */
bool secret_store_create(const char *name, const char *data, gsize size, SecretStoreKind kind, bool replace,
                         StoredSecret **ret_secret, GError **error);

bool secret_store_remove(const char *name, GError **error);

/* What it holds, decrypted where it has to be. Caller frees. */
bool secret_store_read(const StoredSecret *secret, char **ret_data, gsize *ret_size, GError **error);
