/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Making steps of a mount plan, for those who plan. */

#include "runner/mount-plan.h"

/* What the parts of planning share. */
typedef struct MountPlanning {
        const ContainerSpec *spec;
        const MountFacts *facts;
        GPtrArray *own; /* the user's steps */
        GPtrArray *notices;
} MountPlanning;

/* Both append; the step belongs to STEPS. */
MountStep *mount_step_add(GPtrArray *steps, MountKind kind, const char *target, const char *source);
MountStep *mount_step_add_file_system(GPtrArray *steps, const char *type, const char *target,
                                      guint64 attributes, const char *options);
void mount_step_free(MountStep *step);
