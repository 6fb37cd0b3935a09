/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What [Pod] of a .pod file says; printed, what `wolffia-runner --pod-infra` is given. */

#include "spec/key-load.h"

#include <glib.h>

/* Strings are NULL where nothing was said; lists (of char *) are never NULL. One field per row of the
 * table. */
typedef struct PodSpec {
        char *name;
        char *unit;        /* the unit's name, for messages */
        GPtrArray *labels; /* NAME=VALUE */

        GPtrArray *networks;
        GPtrArray *network_aliases;
        char *ip;
        char *ip6;
        GPtrArray *ports;
        char *host_name;
        GPtrArray *hosts; /* NAME:ADDRESS */
        GPtrArray *dns;
        GPtrArray *dns_options;
        GPtrArray *dns_search;

        GPtrArray *volumes; /* of all members */
        char *shm_size;
        char *user_namespace;
        GPtrArray *uid_map;
        GPtrArray *gid_map;
        char *sub_uid_name;
        char *sub_gid_name;

        char *exit_policy; /* stop, continue: once the last member has ended */
        char *stop_timeout;
} PodSpec;

extern const KeyTable pod_key_table;

/* How [Pod] is read. */
extern const KeyLoader pod_loader;

PodSpec *pod_spec_new(void);
void pod_spec_free(PodSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PodSpec, pod_spec_free)
