/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/problem.h"
#include "spec/settings.h"
#include "tests/lib/scratch.h"

#include <string.h>

static char *first_problem(const GPtrArray *problems) {
        g_assert_cmpuint(problems->len, ==, 1);
        return problem_print(problems->pdata[0]);
}

static void later_files_win(Scratch *scratch, gconstpointer data) {
        g_autoptr(GPtrArray) problems = problems_new();

        g_setenv("XDG_CONFIG_HOME", scratch->path, TRUE);
        scratch_write(scratch, "wolffia/wolffia.conf", "[Runner]\nNetwork=none\nSingleId=forbid\n");
        scratch_write(scratch, "wolffia/wolffia.conf.d/20-b.conf", "[Runner]\nNetwork=host\n");
        scratch_write(scratch, "wolffia/wolffia.conf.d/10-a.conf",
                      "[Generator]\nQuadletFolders=yes\n[Runner]\nNetwork=none\n");
        scratch_write(scratch, "wolffia/wolffia.conf.d/no", "nonsense");
        g_autoptr(Settings) settings = settings_load(problems);
        g_assert_cmpuint(problems->len, ==, 0);
        g_assert_cmpstr(settings->network, ==, "host");
        g_assert_true(settings->forbids_single_id);
        g_assert_true(settings->reads_quadlet_folders);
}

static void without_files_nothing_is_settled(Scratch *scratch, gconstpointer data) {
        g_setenv("XDG_CONFIG_HOME", scratch->path, TRUE);
        g_autoptr(Settings) settings = settings_load(NULL);
        g_assert_null(settings->network);
        g_assert_false(settings->forbids_single_id);
        g_assert_false(settings->reads_quadlet_folders);
}

static void faults_are_told_with_their_place(Scratch *scratch, gconstpointer data) {
        static const char *const cases[][2] = {
                {"# a comment\n\n[Runner]\nSingleId=perhaps\n",
                 "x.conf:4: SingleId=: 'perhaps' is neither allow"},
                {"[Runner]\nNetwork=none\nNetwrok=none\n", "x.conf:3: Netwrok=: there is no such key"},
                {"[Runer]\nNetwork=none\n", "x.conf:1: there is no such section"},
                {"[Generator]\nQuadletFolders=perhaps\n", "x.conf:2: QuadletFolders=: "},
                {"nonsense\n", "x.conf: "},
        };
        g_autofree char *path = scratch_path(scratch, "x.conf");

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Settings) settings = g_new0(Settings, 1);
                g_autoptr(GPtrArray) problems = problems_new();

                scratch_write(scratch, "x.conf", cases[i][0]);
                settings_read(settings, path, problems);
                g_autofree char *text = first_problem(problems);
                g_test_message("%s", text);
                g_assert_nonnull(strstr(text, cases[i][1]));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/settings/load/later-files-win", later_files_win);
        scratch_test_add("/settings/load/needs-no-file", without_files_nothing_is_settled);
        scratch_test_add("/settings/read/tells-faults-with-their-place", faults_are_told_with_their_place);
        return g_test_run();
}
