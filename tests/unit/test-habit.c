/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/habit.h"

#include <glib.h>
#include <string.h>

static void habits_are_answered(void) {
        g_assert_nonnull(strstr(habit_answer("rm"), "wolffia volume remove"));
        g_assert_nonnull(strstr(habit_answer("status"), "systemctl --user status"));
        g_assert_nonnull(strstr(habit_answer("network create"), "wolffia-network(5)"));
        g_assert_null(habit_answer("run"));
        g_assert_null(habit_answer("nonsense"));
        g_assert_null(habit_answer("net"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/habit/habits-are-answered", habits_are_answered);
        return g_test_run();
}
