/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/problem.h"

static void test_prints_the_place(void) {
        g_autoptr(GPtrArray) problems = problems_new();

        problem_add(problems, PROBLEM_WARNING, "/home/x/web.container", 7, "PublishPort", "%s is %d", "it",
                    1);
        problem_add(problems, PROBLEM_NOTE, "/home/x/web.container.d/10-x.conf", 2, NULL, "a");
        problem_add(problems, PROBLEM_NOTE, NULL, 0, NULL, "b");

        static const char *const whole[] = {"/home/x/web.container:7: PublishPort=: it is 1",
                                            "/home/x/web.container.d/10-x.conf:2: a", "b"};
        static const char *const brief[] = {"web.container:7: PublishPort=: it is 1",
                                            "web.container.d/10-x.conf:2: a", "b"};
        for (guint i = 0; i < problems->len; i++) {
                g_autofree char *text = problem_print(problems->pdata[i]),
                                *brief_text = problem_print_short(problems->pdata[i]);

                g_assert_cmpstr(text, ==, whole[i]);
                g_assert_cmpstr(brief_text, ==, brief[i]);
        }
        g_assert_false(problems_have_errors(problems));
        problem_add(problems, PROBLEM_ERROR, NULL, 0, NULL, "c");
        g_assert_true(problems_have_errors(problems));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/problem/prints-the-place", test_prints_the_place);
        return g_test_run();
}
