/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who the payload is, by the image's own passwd(5) and group(5). */

#include "runner/run.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

typedef struct PayloadUser {
        uid_t uid;
        gid_t gid;
        GArray *groups; /* gid_t: the supplementary groups that the image gives to the user */
        char *home;
} PayloadUser;

void payload_user_clear(PayloadUser *user);

/* The image's passwd(5) or group(5), where it is a file of a sane size; NULL otherwise. ROOT_FD as below. */
FILE *payload_user_open_list(int root_fd, const char *path);

/* USER[:GROUP] by name or number ("" is root), GROUP overrides the part behind the colon. ROOT_FD is the
 * image's root folder; -1 once it is ours.
 *
 * Runs in:  the child. No NSS: its modules would be the image's, loaded into our process. */
bool payload_user_find(int root_fd, const char *user, const char *group, PayloadUser *ret_user,
                       GError **error);

/* Whether the container has ids for both. */
bool payload_user_check_ids(const Run *run, const PayloadUser *user, GError **error);

/* Adds the groups of GroupAdd= (names of the image, or numbers; keep-groups is left to payload_user_keeps_groups()) and
 * those of the host that are mapped as they are.
 *
 * Runs in:  the child */
bool payload_user_add_groups(int root_fd, const Run *run, PayloadUser *user, GError **error);

/* Whether the process's own groups stay, since they give access to files and devices of the host though the container has
 * no ids for them (row U8). They cannot be joined with others.
 *
 * Runs in:  the child */
bool payload_user_keeps_groups(const Run *run, const PayloadUser *user);

/* User=, else what the image says. */
const char *payload_user_chosen(const Run *run);
