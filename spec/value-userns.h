/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UserNS=, --userns: which ids the container has (podman-run(1)). */

#include <glib.h>
#include <stdbool.h>

typedef enum UserNamespaceKind {
        USER_NAMESPACE_DEFAULT, /* nothing said, or "private": 0 is the user, 1 and above are the subordinate ids */
        USER_NAMESPACE_KEEP_ID, /* the user keeps the own ids, or has the given ones */
        USER_NAMESPACE_AUTO,    /* subordinate ids only, as many as needed or SIZE */
        USER_NAMESPACE_NOMAP,   /* subordinate ids only; the user appears nowhere */
        USER_NAMESPACE_HOST, /* no namespace beyond the one with the user as root: the default, in rootless use */
        USER_NAMESPACE_SINGLE, /* one id only, also where ranges exist (ours) */
} UserNamespaceKind;

typedef struct UserNamespaceMode {
        UserNamespaceKind kind;
        bool has_uid, has_gid, has_size;
        guint32 uid; /* keep-id:uid= */
        guint32 gid; /* keep-id:gid= */
        guint32 size;
        char *uid_mapping; /* auto:uidmapping=, text; NULL: none */
        char *gid_mapping;
} UserNamespaceMode;

void user_namespace_mode_free(UserNamespaceMode *mode);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UserNamespaceMode, user_namespace_mode_free)

/* TEXT may be NULL, for the default. */
bool value_userns_parse(const char *text, UserNamespaceMode **ret_mode, GError **error);
