/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's containers: those that run, by their runtime folders (runner/state.h), and units that execute our runner,
 * whoever wrote them. There is no list of them anywhere else. */

#include "cli/manager.h"
#include "runner/state.h"
#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Container {
        char *name;
        char *unit;            /* "web.service"; "" when it was started by hand */
        ContainerState *state; /* NULL: no payload of it runs */
        char *folder;          /* its runtime folder; NULL like state */
        ContainerSpec *spec;   /* what the unit asks for; NULL where nobody has looked, or by hand */
        char *fault;           /* why there is no spec: the command line cannot be read; NULL otherwise */
        char *active, *sub;    /* as systemctl shows them; "" by hand */
        char *load;
} Container;

void container_free(Container *container);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_free)

/* Those that run, start or stop; with ALL also units that are stopped, failed or broken. An array of Container, ordered
 * by name. Caller unrefs. Without a manager there are only those that run. */
bool containers_list(Manager *manager, bool all, GPtrArray **ret_containers, GError **error);

/* By the container's name, the unit's name with or without .service, or the source file's. The spec is read when it has a
 * unit. WOLFFIA_ERROR_NOT_FOUND names the nearest. */
bool containers_find(Manager *manager, const char *name, Container **ret_container, GError **error);

/* The same, and its payload runs, or it is an error that says so. */
bool containers_find_running(Manager *manager, const char *name, Container **ret_container, GError **error);

/* A pidfd of the payload; -1: it has ended. */
int containers_open_payload(const ContainerState *state);

/* Reads the unit's command line into container->spec, once. */
bool containers_load_spec(Manager *manager, Container *container, GError **error);

/* One word: running, paused, starting, restarting, stopping, exited, stopped, failed, broken. */
const char *container_status(const Container *container);

/* What it was made of; "" where that is not known. */
const char *container_image(const Container *container);
