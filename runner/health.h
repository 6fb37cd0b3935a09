/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Health checks as data: what is asked for, what is known so far, and what follows from one more result. Pure.
 *
 * The rules are podman-run(1)'s: a check every interval; as many failures in a row as there are retries make the container
 * unhealthy, one success makes it healthy. Failures within the start period do not count. A startup check, where there is one,
 * goes first, and the other begins when it has succeeded.
 *
 * Ours: until the first success there are further checks between, one, two, four… seconds apart. They can only succeed: so a
 * unit with Notify=healthy is ready when its container is, and not an interval later. */

#include "spec/container-spec.h"
#include "spec/value-health.h"

#include <glib.h>
#include <stdbool.h>

typedef struct HealthTimes {
        gint64 interval; /* microseconds */
        gint64 timeout;
        guint retries;
} HealthTimes;

typedef struct HealthPlan {
        HealthCommand *command;
        HealthTimes times;
        gint64 start_period;
        HealthAction action;
        HealthCommand *startup;    /* NULL: none */
        HealthTimes startup_times; /* no retries: it is tried for ever */
        guint startup_successes;
} HealthPlan;

void health_plan_free(HealthPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HealthPlan, health_plan_free)

/* RET_PLAN is NULL when there is nothing to check, or nothing that goes by itself (HealthInterval=disable). */
bool health_plan_load(const ContainerSpec *spec, HealthPlan **ret_plan, GError **error);

typedef enum HealthStatus { HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY } HealthStatus;

typedef struct HealthState {
        HealthStatus status;
        gint64 begin;      /* all times are of the monotonic clock, microseconds */
        gint64 next_count; /* a failure counts from then on */
        guint failures;    /* in a row */
        guint successes;   /* in a row */
        guint early;       /* checks between, so far */
        bool is_started;   /* the startup check is over */
} HealthState;

/* Before any check. */
HealthState health_state_initial(const HealthPlan *plan, gint64 now);

/* Which check is next. */
const HealthCommand *health_next_command(const HealthPlan *plan, const HealthState *state);
gint64 health_next_timeout(const HealthPlan *plan, const HealthState *state);
gint64 health_next_interval(const HealthPlan *plan, const HealthState *state);

/* Takes a result that arrived at NOW. RET_DELAY is the time until the next check; RET_ACTION what is to be done at once, in
 * case the container has just become unhealthy. */
void health_judge(const HealthPlan *plan, HealthState *state, bool success, gint64 now, gint64 *ret_delay,
                  HealthAction *ret_action);

/* "starting", "healthy", "unhealthy". */
const char *health_status_name(HealthStatus status);

/* The time from the payload's start to the first check. */
gint64 health_first_delay(const HealthPlan *plan);
