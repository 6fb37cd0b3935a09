/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Network=, --network: what the container is connected to (podman-run(1)). */

#include <glib.h>
#include <stdbool.h>

typedef enum NetworkKind {
        NETWORK_NONE,
        NETWORK_HOST,
        NETWORK_PASTA,     /* also the default, "private" and slirp4netns */
        NETWORK_CONTAINER, /* container:NAME, NAME.container: the network of another one */
        NETWORK_UNIT,      /* NAME.network */
        NETWORK_NAMED,     /* any other name, "bridge" among them */
} NetworkKind;

typedef struct NetworkMode {
        NetworkKind kind;
        char *name;    /* of NETWORK_CONTAINER, NETWORK_UNIT and NETWORK_NAMED; else NULL */
        char *options; /* behind the first ":"; NULL: none */
        bool is_slirp; /* NETWORK_PASTA in the words of slirp4netns */
} NetworkMode;

void network_mode_free(NetworkMode *mode);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkMode, network_mode_free)

/* TEXT may be NULL, for the default. Options are checked with NETWORK_PASTA only. */
bool value_network_parse(const char *text, NetworkMode **ret_mode, GError **error);

/* Whether it is a network that a unit makes. */
bool value_network_is_of_unit(const char *text);

/* Whether a network may be called NAME: one that Network= would take for another kind ("host") may not. */
bool value_network_check_name(const char *name, GError **error);
