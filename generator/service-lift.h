/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Options of [Service] that are meant for a service's program and would hit the runner: they are lifted off the unit
 * and given to the container. Found by trying on live managers: what loads a system call filter makes newuidmap fail,
 * what needs a mount namespace puts the runner into a user namespace of one id (systemd 254 and later) or does nothing
 * at all (before), and what needs privilege fails before the runner starts. */

#include "spec/container-spec.h"
#include "spec/problem.h"
#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

/* What becomes of an option. */
typedef enum LiftFate {
        LIFT_CONTAINER, /* the container gets the equivalent */
        LIFT_FULFILLED, /* taken out with a note: a container is like that anyway */
        LIFT_RENAMED,   /* a name of cgroup v1: the name and value of cgroup v2 */
        LIFT_WITHOUT,   /* taken out with a warning: there is no equivalent */
        LIFT_REFUSED,   /* the unit becomes a stub */
} LiftFate;

typedef struct Lift Lift;

/* What the rows of the table are given. */
typedef struct LiftInput {
        UnitFile *unit;
        const Lift *lift;
        ContainerSpec *spec; /* NULL: a unit that runs no container */
        const GPtrArray
                *lines; /* of const UnitAssignment *, all of this key, empty ones too; owned by UNIT */
        GPtrArray *problems;
} LiftInput;

/* True when the lines stay in the unit, as they are by then. */
typedef bool (*LiftTake)(const LiftInput *input);

struct Lift {
        const char *key;
        LiftFate fate;
        LiftTake take;      /* NULL: the fate says it all */
        const char *remark; /* what it becomes, or why it is taken out; also in wolffia-container(5) */
};

/* In the order of the manual. */
extern const Lift lift_table[];
extern const size_t lift_table_count;

/* Takes the options of the table out of [Service] of UNIT, wherever they were written, and sets SPEC instead (NULL:
 * there is no container). To be called before [Container] is loaded, whose keys have the last word. */
void service_lift(UnitFile *unit, ContainerSpec *spec, GPtrArray *problems);

/* The last line of the input; its value may be empty. */
const UnitAssignment *lift_last(const LiftInput *input);

/* Adds a problem at the last line. */
void lift_report(const LiftInput *input, ProblemSeverity severity, const char *format, ...)
        G_GNUC_PRINTF(3, 4);

/* Whether [Container] says KEY itself. */
bool lift_is_said(const LiftInput *input, const char *key);
