/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What [Network] of a .network file says; printed, the command line of the program that holds a network. */

#include "spec/key-load.h"

#include <glib.h>

/* Strings are NULL where nothing was said; lists (of char *) are never NULL. One field per row of the
 * table. */
typedef struct NetworkSpec {
        char *name;
        char *unit; /* the unit's name, for messages */
        char *driver;
        GPtrArray *subnets; /* ADDRESS/LENGTH; gateways and ranges belong to them by their position */
        GPtrArray *gateways;
        GPtrArray *ranges; /* ADDRESS/LENGTH or FIRST-LAST */
        Tristate ipv6;
        Tristate internal;
        GPtrArray *dns;
        Tristate disable_dns;
        char *ipam_driver;
        char *interface_name; /* of the bridge */
        GPtrArray *options;   /* NAME=VALUE */
        GPtrArray *labels;    /* NAME=VALUE */
} NetworkSpec;

extern const KeyTable network_key_table;

/* How [Network] is read. */
extern const KeyLoader network_loader;

NetworkSpec *network_spec_new(void);
void network_spec_free(NetworkSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkSpec, network_spec_free)
