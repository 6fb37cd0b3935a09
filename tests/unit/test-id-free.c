/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/id-free.h"

static void ids_that_nobody_has_are_found(void) {
        static const struct {
                const char *users, *groups;
                guint32 count, first;
        } cases[] = {
                {"", "", 65536, 100000},
                {"alice:100000:65536\n", "", 65536, 165536},
                {"alice:100000:65536\nbob:165536:65536\n", "bob:165536:70000\n", 65536, 235536},
                {"bob:165536:65536\nalice:100000:65536\n", "", 65536, 231072}, /* in no order */
                {"bob:300000:65536\n", "", 65536, 100000},
                {"bob:120000:10\n", "", 65536, 120010},
                {"bob:120000:10\n", "", 1000, 100000},
                {"# nothing\nbroken:x:y\nshort:1\n", "", 65536, 100000},
                {"alice:1000:1\n", "alice:44:1\n", 65536, 100000},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                g_assert_cmpuint(id_free_find(cases[i].users, cases[i].groups, cases[i].count), ==,
                                 cases[i].first);
}

/* Which ids are free is a matter of the host. */
static void only_what_is_missing_is_added(void) {
        g_autofree char *both = id_free_advise("alice", ID_KINDS_BOTH, 10);
        g_autofree char *users = id_free_advise("alice", ID_KINDS_USER, 10);
        g_autofree char *groups = id_free_advise("alice", ID_KINDS_GROUP, 10);

        g_assert_true(g_regex_match_simple(
                "^'sudo usermod --add-subuids ([0-9]+-[0-9]+) --add-subgids \\1 alice'$", both, 0, 0));
        g_assert_true(
                g_regex_match_simple("^'sudo usermod --add-subuids [0-9]+-[0-9]+ alice'$", users, 0, 0));
        g_assert_true(
                g_regex_match_simple("^'sudo usermod --add-subgids [0-9]+-[0-9]+ alice'$", groups, 0, 0));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/id-free/find/is-what-nobody-has", ids_that_nobody_has_are_found);
        g_test_add_func("/id-free/advise/adds-what-is-missing", only_what_is_missing_is_added);
        return g_test_run();
}
