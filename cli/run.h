/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `wolffia run` does with what it was asked for. */

#include "cli/manager.h"
#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>

typedef struct RunOptions {
        bool detach;
        bool foreground;
        bool interactive, terminal;
        char *save; /* --save=NAME, NULL: not */
} RunOptions;

/* Starts a transient unit, and returns its status: of an attached container the payload's own. */
int run_unit(const ContainerSpec *spec, bool detach);

/* Starts it, and waits until it runs. What fails leaves nothing. */
bool run_unit_start(Manager *manager, const ContainerSpec *spec, GError **error);

/* The same with standard input, or a terminal, for its command, and returns that one's status. SPEC is changed. */
int run_interactive(ContainerSpec *spec, const RunOptions *options);

/* Becomes the runner. Returns only when that fails. */
int run_foreground(const ContainerSpec *spec);

/* The text of a .container file that asks for the same. Caller frees. Pure. */
char *run_save_print(const ContainerSpec *spec);

/* Writes it into the user's folder, never over another, and says what is wrong with it. */
bool run_save(const ContainerSpec *spec, const char *name, GError **error);
