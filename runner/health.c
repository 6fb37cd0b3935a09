/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Defaults are podman-run(1)'s. */

#include "runner/health.h"

#include "base/error.h"
#include "spec/value-basic.h"

#define DEFAULT_INTERVAL (30 * G_USEC_PER_SEC)
#define DEFAULT_TIMEOUT  (30 * G_USEC_PER_SEC)
#define DEFAULT_RETRIES  3
#define FIRST_DELAY      (G_USEC_PER_SEC / 2)
/* A check that is due at once is still somewhat later: a slip in a unit file must not keep a processor busy. */
#define LEAST_INTERVAL (G_USEC_PER_SEC / 10)

void health_plan_free(HealthPlan *plan) {
        if (!plan)
                return;
        g_clear_pointer(&plan->command, health_command_free);
        g_clear_pointer(&plan->startup, health_command_free);
        g_free(plan);
}

static bool load_time(const char *key, const char *value, gint64 preset, gint64 *ret_time, GError **error) {
        guint64 usec;

        *ret_time = preset;
        if (!value || !*value)
                return true;
        if (!value_duration_parse(value, &usec, error))
                return fail_prefix(error, "%s=%s", key, value);
        *ret_time = (gint64) MIN(usec, (guint64) G_MAXINT64 / 4);
        return true;
}

static bool load_number(const char *key, const char *value, guint preset, guint *ret_number,
                        GError **error) {
        guint64 number;

        *ret_number = preset;
        if (!value || !*value)
                return true;
        if (!value_number_parse(value, 1000000, &number, error))
                return fail_prefix(error, "%s=%s", key, value);
        *ret_number = (guint) number;
        return true;
}

static bool load_startup(const ContainerSpec *spec, HealthPlan *plan, GError **error) {
        if (!spec->health_startup_cmd || !*spec->health_startup_cmd)
                return true;
        if (!value_health_parse(spec->health_startup_cmd, &plan->startup, error))
                return fail_prefix(error, "HealthStartupCmd=%s", spec->health_startup_cmd);
        if (plan->startup->kind == HEALTH_NONE)
                g_clear_pointer(&plan->startup, health_command_free);
        return load_time("HealthStartupInterval", spec->health_startup_interval, DEFAULT_INTERVAL,
                         &plan->startup_times.interval, error) &&
               load_time("HealthStartupTimeout", spec->health_startup_timeout, DEFAULT_TIMEOUT,
                         &plan->startup_times.timeout, error) &&
               load_number("HealthStartupRetries", spec->health_startup_retries, 0,
                           &plan->startup_times.retries, error) &&
               load_number("HealthStartupSuccess", spec->health_startup_success, 1, &plan->startup_successes,
                           error);
}

bool health_plan_load(const ContainerSpec *spec, HealthPlan **ret_plan, GError **error) {
        g_autoptr(HealthPlan) plan = g_new0(HealthPlan, 1);

        *ret_plan = NULL;
        if (!spec->health_cmd || !*spec->health_cmd || g_strcmp0(spec->health_interval, "disable") == 0)
                return true;
        if (!value_health_parse(spec->health_cmd, &plan->command, error))
                return fail_prefix(error, "HealthCmd=%s", spec->health_cmd);
        if (plan->command->kind == HEALTH_NONE)
                return true;
        if (!load_time("HealthInterval", spec->health_interval, DEFAULT_INTERVAL, &plan->times.interval,
                       error) ||
            !load_time("HealthTimeout", spec->health_timeout, DEFAULT_TIMEOUT, &plan->times.timeout,
                       error) ||
            !load_time("HealthStartPeriod", spec->health_start_period, 0, &plan->start_period, error) ||
            !load_number("HealthRetries", spec->health_retries, DEFAULT_RETRIES, &plan->times.retries,
                         error) ||
            !load_startup(spec, plan, error))
                return false;
        if (spec->health_on_failure && *spec->health_on_failure &&
            !value_health_action_parse(spec->health_on_failure, &plan->action, error))
                return fail_prefix(error, "HealthOnFailure=%s", spec->health_on_failure);
        plan->times.interval = MAX(plan->times.interval, (gint64) LEAST_INTERVAL);
        plan->startup_times.interval = MAX(plan->startup_times.interval, (gint64) LEAST_INTERVAL);
        plan->times.retries = MAX(plan->times.retries, 1);
        *ret_plan = g_steal_pointer(&plan);
        return true;
}

static bool is_startup(const HealthPlan *plan, const HealthState *state) {
        return plan->startup && !state->is_started;
}

static const HealthTimes *current_times(const HealthPlan *plan, const HealthState *state) {
        return is_startup(plan, state) ? &plan->startup_times : &plan->times;
}

HealthState health_state_initial(const HealthPlan *plan, gint64 now) {
        HealthState state = {.begin = now};

        state.next_count = now + current_times(plan, &state)->interval;
        return state;
}

const HealthCommand *health_next_command(const HealthPlan *plan, const HealthState *state) {
        return is_startup(plan, state) ? plan->startup : plan->command;
}

gint64 health_next_timeout(const HealthPlan *plan, const HealthState *state) {
        return current_times(plan, state)->timeout;
}

const char *health_status_name(HealthStatus status) {
        static const char *const names[] = {"starting", "healthy", "unhealthy"};

        return names[status];
}

gint64 health_first_delay(const HealthPlan *plan) {
        const HealthState initial = {0};

        return MIN((gint64) FIRST_DELAY, current_times(plan, &initial)->interval);
}

static void judge_success(const HealthPlan *plan, HealthState *state) {
        state->failures = 0;
        state->successes++;
        if (!is_startup(plan, state)) {
                state->status = HEALTH_HEALTHY;
                return;
        }
        if (state->successes < plan->startup_successes)
                return;
        state->is_started = true;
        state->successes = 0;
        state->early = 0;
}

static HealthAction judge_failure(const HealthPlan *plan, HealthState *state, gint64 now) {
        bool startup = is_startup(plan, state);
        guint retries = current_times(plan, state)->retries;

        state->successes = 0;
        if (state->status == HEALTH_STARTING &&
            (now < state->next_count || (!startup && now - state->begin < plan->start_period)))
                return HEALTH_ACTION_NONE;
        state->failures++;
        if (retries == 0 || state->failures < retries || state->status == HEALTH_UNHEALTHY)
                return HEALTH_ACTION_NONE;
        state->status = HEALTH_UNHEALTHY;
        /* podman-run(1): a container whose startup check fails is restarted, whatever the other action is. */
        return startup ? HEALTH_ACTION_RESTART : plan->action;
}

gint64 health_next_interval(const HealthPlan *plan, const HealthState *state) {
        return current_times(plan, state)->interval;
}

void health_judge(const HealthPlan *plan, HealthState *state, bool success, gint64 now, gint64 *ret_delay,
                  HealthAction *ret_action) {
        bool was_startup = is_startup(plan, state);

        *ret_action = HEALTH_ACTION_NONE;
        if (success)
                judge_success(plan, state);
        else
                *ret_action = judge_failure(plan, state, now);

        gint64 interval = current_times(plan, state)->interval;
        if (was_startup && state->is_started) {
                state->next_count = now + interval;
                *ret_delay = LEAST_INTERVAL;
                return;
        }
        if (now >= state->next_count)
                state->next_count = now + interval;
        *ret_delay = state->next_count - now;
        if (state->status == HEALTH_STARTING) {
                gint64 between = G_USEC_PER_SEC << MIN(state->early, 20);
                state->early++;
                *ret_delay = MIN(*ret_delay, between);
        }
        *ret_delay = MAX(*ret_delay, (gint64) LEAST_INTERVAL);
}
