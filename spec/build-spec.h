/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What [Build] of a .build file says; printed, the command line of `wolffia build`. */

#include "spec/key-load.h"

#include <glib.h>

/* Strings are NULL where nothing was said; lists (of char *) are never NULL. One field per row of the
 * table. */
typedef struct BuildSpec {
        char *unit;      /* the unit's name, for messages */
        GPtrArray *tags; /* the first is the one that others mean */
        char *file;
        char *context; /* folder or URL */
        char *target;
        char *ignore_file;
        GPtrArray *build_arguments; /* NAME=VALUE */
        GPtrArray *environment;     /* NAME=VALUE */
        GPtrArray *labels;          /* NAME=VALUE */
        GPtrArray *annotations;     /* NAME=VALUE */
        GPtrArray *secrets;
        GPtrArray *volumes;
        GPtrArray *networks;
        GPtrArray *dns;
        GPtrArray *dns_options;
        GPtrArray *dns_search;
        GPtrArray *groups;
        char *arch;
        char *variant;
        char *pull;
        Tristate force_rm;
        char *auth_file;
        Tristate verify_tls;

        /* As buildah reads them. */
        GPtrArray *hosts;
        GPtrArray *contexts; /* NAME=FOLDER */
        GPtrArray *capabilities_added;
        GPtrArray *capabilities_dropped;
        char *certificates; /* folder */
        char *credentials;  /* NAME:PASSWORD */
        GPtrArray *devices;
        char *format; /* oci, docker */
        char *from;
        Tristate http_proxy;
        char *isolation;
        char *jobs;
        Tristate layers;
        Tristate no_cache;
        GPtrArray *security_options;
        char *shm_size;
        Tristate squash;
        GPtrArray *ssh;
        char *timestamp;
        GPtrArray *ulimits;
        GPtrArray *unset_variables;
} BuildSpec;

extern const KeyTable build_key_table;

/* How [Build] is read. */
extern const KeyLoader build_loader;

BuildSpec *build_spec_new(void);
void build_spec_free(BuildSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BuildSpec, build_spec_free)
