/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A container as a transient unit of the user's manager (org.freedesktop.systemd1(5), StartTransientUnit). */

#include "cli/manager.h"
#include "spec/container-spec.h"
#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Transient {
        const ContainerSpec *spec;
        const UnitFile *service;   /* what [Service] is to have besides, as in a file */
        const GPtrArray *required; /* units (char *) that are started first */
        int files[3];              /* what the runner gets; -1: /dev/null, and the journal */
        bool collect;              /* nothing is kept of a unit that failed */
} Transient;

/* Begins the start, and sets JOB, which is prepared, to wait for. */
bool transient_start(Manager *manager, const Transient *transient, ManagerJob *job, GError **error);
