/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `wolffia run` does with what it was asked for. */

#include "cli/manager.h"
#include "spec/container-spec.h"
#include "spec/reference.h"
#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

typedef struct RunOptions {
        bool detach;
        bool foreground;
        bool interactive, terminal;
        bool quiet, replace;
        bool restarts;         /* the unit has a Restart= */
        char *save;            /* --save=NAME, NULL: not */
        char *cidfile;         /* where the name is written to, NULL: nowhere */
        char *architecture;    /* of the image, as Go spells it; NULL: this machine's */
        char *variant;         /* of the architecture, NULL: any */
        UnitFile *service;     /* what [Service] of a file would say, and limits of starts of its [Unit] */
        References references; /* what the unit needs */
        bool has_image_unit;   /* one of those fetches or builds the image */
} RunOptions;

/* Sees to it that the image is in the store, with its progress shown, as Pull= says. */
bool run_pull(ContainerSpec *spec, const RunOptions *options, GError **error);

/* What the image, --network=, --volume= and --mount= of SPEC name of other files becomes what it stands for, as in a file, and
 * OPTIONS gets the units that must be there first. */
bool run_reference(ContainerSpec *spec, RunOptions *options, GError **error);

/* Starts a transient unit, and returns its status: of an attached container the payload's own. */
int run_unit(ContainerSpec *spec, const RunOptions *options);

/* The runner, here: becomes it, or waits for it where there is something to copy. */
int run_foreground(ContainerSpec *spec, const RunOptions *options);

/* The text of a .container file that asks for the same; SERVICE (may be NULL) for its [Service]. Caller frees. Pure. */
char *run_save_print(const ContainerSpec *spec, const UnitFile *service);

/* Writes it into the user's folder, never over another, and says what is wrong with it. */
bool run_save(const ContainerSpec *spec, const RunOptions *options, GError **error);
