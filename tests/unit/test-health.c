/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What follows from a row of results. */

#include "runner/health.h"

#include "base/error.h"

#define SECOND G_USEC_PER_SEC

static HealthPlan *load(const char *start_period, const char *action, const char *startup) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GError) error = NULL;
        HealthPlan *plan = NULL;

        spec->health_cmd = g_strdup("true");
        spec->health_interval = g_strdup("10s");
        spec->health_start_period = g_strdup(start_period);
        spec->health_on_failure = g_strdup(action);
        spec->health_startup_cmd = g_strdup(startup);
        spec->health_startup_interval = g_strdup("2s");
        spec->health_startup_retries = g_strdup("2");
        g_assert_true(health_plan_load(spec, &plan, &error));
        g_assert_no_error(error);
        g_assert_nonnull(plan);
        return plan;
}

/* Runs checks until COUNT results, '+' or '-', are used up; returns what was seen: a letter for each check, s h u for the
 * status after it, upper case where an action was due. RET_TIME is the time of the last one. */
static char *follow(const HealthPlan *plan, const char *results, gint64 *ret_time) {
        GString *seen = g_string_new(NULL);
        gint64 now = health_first_delay(plan), delay;
        HealthState state = health_state_initial(plan, 0);

        for (const char *result = results; *result; result++) {
                HealthAction action;

                health_judge(plan, &state, *result == '+', now, &delay, &action);
                char letter = health_status_name(state.status)[0];
                g_string_append_c(seen, action == HEALTH_ACTION_NONE ? letter : g_ascii_toupper(letter));
                *ret_time = now;
                now += delay;
        }
        return g_string_free(seen, FALSE);
}

static void assert_followed(const HealthPlan *plan, const char *results, const char *expected, gint64 last) {
        gint64 time = 0;
        g_autofree char *seen = follow(plan, results, &time);

        g_assert_cmpstr(seen, ==, expected);
        g_assert_cmpint(time / (SECOND / 10), ==, last / (SECOND / 10));
}

static void the_first_success_is_found_early(void) {
        g_autoptr(HealthPlan) plan = load(NULL, NULL, NULL);

        assert_followed(plan, "+", "h", SECOND / 2);
        assert_followed(plan, "--+", "ssh", SECOND * 7 / 2);
        assert_followed(plan, "+++", "hhh", SECOND * 20); /* then an interval apart */
}

static void failures_count_an_interval_apart_and_act_once(void) {
        g_autoptr(HealthPlan) plan = load(NULL, "kill", NULL);

        /* 0.5, 1.5, 3.5, 7.5 are early; 10, 20 and 30 count. */
        assert_followed(plan, "----", "ssss", SECOND * 15 / 2);
        assert_followed(plan, "-------", "ssssssU", SECOND * 30);
        assert_followed(plan, "--------", "ssssssUu", SECOND * 40);
        /* Once it was healthy, the interval is kept. */
        assert_followed(plan, "+---", "hhhU", SECOND * 30);
        assert_followed(plan, "+--+--", "hhhhhh", SECOND * 50);
        assert_followed(plan, "+---+", "hhhUh", SECOND * 40);
}

static void failures_of_the_start_period_do_not_count(void) {
        g_autoptr(HealthPlan) plan = load("25s", NULL, NULL);

        assert_followed(plan, "------", "ssssss", SECOND * 20);
        assert_followed(plan, "---------", "ssssssssu", SECOND * 50);
}

static void the_startup_check_goes_first(void) {
        g_autoptr(HealthPlan) plan = load(NULL, "none", "test -e /up");

        g_assert_cmpstr(plan->startup->words->pdata[0], ==, "test -e /up");
        assert_followed(plan, "-+", "ss", SECOND * 3 / 2);
        assert_followed(plan, "-++", "ssh", SECOND * 16 / 10);
        /* 0.5 and 1.5 are early; 2 and 4 count. */
        assert_followed(plan, "----", "sssU", SECOND * 4);
}

static void nothing_is_checked_without_a_command(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        HealthPlan *plan = NULL;

        g_assert_true(health_plan_load(spec, &plan, NULL) && !plan);
        spec->health_cmd = g_strdup("none");
        g_assert_true(health_plan_load(spec, &plan, NULL) && !plan);
        g_free(spec->health_cmd);
        spec->health_cmd = g_strdup("true");
        spec->health_interval = g_strdup("disable");
        g_assert_true(health_plan_load(spec, &plan, NULL) && !plan);
        g_free(spec->health_interval);
        spec->health_interval = g_strdup("sometimes");
        g_autoptr(GError) error = NULL;
        g_assert_false(health_plan_load(spec, &plan, &error));
        g_assert_true(g_str_has_prefix(error->message, "HealthInterval=sometimes: "));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/health/early", the_first_success_is_found_early);
        g_test_add_func("/health/failures", failures_count_an_interval_apart_and_act_once);
        g_test_add_func("/health/start-period", failures_of_the_start_period_do_not_count);
        g_test_add_func("/health/startup", the_startup_check_goes_first);
        g_test_add_func("/health/none", nothing_is_checked_without_a_command);
        return g_test_run();
}
