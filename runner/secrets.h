/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The stage "secrets": Secret=, and the credentials that the unit has (systemd.exec(5), LoadCredential=).
 *
 * A secret is looked for where the unit has been given it, $CREDENTIALS_DIRECTORY/NAME, then in the user's store,
 * $XDG_DATA_HOME/wolffia/secrets: NAME as it is, or NAME.cred, which systemd-creds(1) decrypts. Its value goes by memory alone:
 * into the environment, or into a file in memory of the container's own. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct SecretFile {
        char *target;  /* in the container */
        char *content; /* SIZE bytes */
        gsize size;
        guint32 uid, gid;
        mode_t mode;
        bool is_credential; /* of the payload's user, whoever that is */
} SecretFile;

typedef struct Run Run;

/* Where the payload finds the unit's credentials, by $CREDENTIALS_DIRECTORY (systemd.io/CONTAINER_INTERFACE). */
#define SECRETS_CREDENTIALS "/run/host/credentials"

/* Runs in:  the runner, once run->environment is planned
 * Leaves:   variables in run->environment, files in run->secret_files */
bool secrets_load(Run *run, GError **error);

/* Makes the files, on a file system in memory, read-only.
 *
 * Runs in:  the child, as root of its namespaces, after all other mounts
 * Needs:    UID, GID: the payload's user, for credentials; IS_SINGLE: there is one id, which owns whatever it is */
bool secrets_mount(const GPtrArray *files, int root_fd, uid_t uid, gid_t gid, bool is_single,
                   GError **error);

/* Whether any of them belongs to the payload's user. */
bool secrets_need_user(const GPtrArray *files);
