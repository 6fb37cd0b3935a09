/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/problem.h"
#include "spec/settings.h"
#include "tests/lib/scratch.h"

#include <string.h>
#include <unistd.h>

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
                {"[Runner]\nNetwork=none\nNetwrok=none\n",
                 "x.conf:3: Netwrok=: there is no such key; did you mean Network=?"},
                {"[Runner]\nColour=blue\n", "x.conf:2: Colour=: there is no such key in [Runner]"},
                {"[General]\nNetwork=none\n",
                 "x.conf:2: Network=: this key belongs into the section [Runner]"},
                {"[Runer]\n", "x.conf: there is no section [Runer]; did you mean [Runner]?"},
                {"[Generator]\nQuadletFolders=perhaps\n", "x.conf:2: QuadletFolders=: "},
                {"nonsense\n", "x.conf:1: "},
                {"[General]\nLogLevel=loud\n", "x.conf:2: LogLevel=: 'loud' is none of err, warning"},
                {"[Store]\nFolder=data\n",
                 "x.conf:2: Folder=: 'data' is not an absolute path; write /…, or %h/…"},
                {"[Store]\nFolder=/data/%x\n", "x.conf:2: Folder=: '/data/%x': behind '%' stands h"},
                {"[Store]\nReadOnlyFolders=/a:b\n",
                 "x.conf:2: ReadOnlyFolders=: 'b' is not an absolute path"},
                {"[Runner]\nHttpProxy=proxy:3128\n",
                 "x.conf:2: HttpProxy=: 'proxy:3128' is not the address of a proxy; write http://HOST:PORT"},
        };
        g_autofree char *path = scratch_path(scratch, "x.conf");

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Settings) settings = settings_new();
                g_autoptr(GPtrArray) problems = problems_new();

                scratch_write(scratch, "x.conf", cases[i][0]);
                settings_read(settings, path, problems);
                g_autofree char *text = first_problem(problems);
                g_test_message("%s", text);
                g_assert_nonnull(strstr(text, cases[i][1]));
        }
}

static void folders_have_specifiers(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "x.conf");
        g_autofree char *expected = g_strdup_printf("/data/%s/%u/%%", g_get_user_name(), getuid());
        g_autoptr(Settings) settings = settings_new();

        g_auto(GStrv) usual = settings_read_only_stores(settings);
        g_assert_cmpstr(usual[0], ==, "/usr/share/wolffia/images");
        g_assert_cmpstr(usual[1], ==, "/var/lib/wolffia/images");
        scratch_write(scratch, "x.conf", "[Store]\nFolder=/data/%u/%U/%%\nReadOnlyFolders=/one: %h/two\n");
        settings_read(settings, path, NULL);
        g_autofree char *folder = settings_store_folder(settings);
        g_auto(GStrv) stores = settings_read_only_stores(settings);
        g_autofree char *second = g_build_filename(g_get_home_dir(), "two", NULL);
        g_assert_cmpstr(folder, ==, expected);
        g_assert_cmpstr(stores[0], ==, "/one");
        g_assert_cmpstr(stores[1], ==, second);
        g_assert_null(stores[2]);
        scratch_write(scratch, "x.conf", "[Store]\nFolder=\nReadOnlyFolders=\n");
        settings_read(settings, path, NULL);
        g_auto(GStrv) none = settings_read_only_stores(settings);
        g_assert_null(none[0]);
        g_assert_null(settings->store_folder);
}

static void proxies_are_for_all_but_who_has_one(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "x.conf");
        g_autoptr(Settings) settings = settings_new();

        scratch_write(
                scratch, "x.conf",
                "[Runner]\nHttpProxy=http://first:1\nHttpProxy=http://proxy:3128\n"
                "HttpsProxy=http://proxy:3128\nNoProxy=localhost,.example\nFtpProxy=http://ftp:1\nFtpProxy=\n");
        settings_read(settings, path, NULL);
        g_setenv("HTTPS_PROXY", "http://mine:1", TRUE);
        settings_apply(settings);
        g_assert_cmpstr(g_getenv("http_proxy"), ==, "http://proxy:3128");
        g_assert_cmpstr(g_getenv("HTTP_PROXY"), ==, "http://proxy:3128");
        g_assert_cmpstr(g_getenv("no_proxy"), ==, "localhost,.example");
        g_assert_cmpstr(g_getenv("HTTPS_PROXY"), ==, "http://mine:1");
        g_assert_null(g_getenv("https_proxy"));
        g_assert_null(g_getenv("ftp_proxy"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/settings/load/later-files-win", later_files_win);
        scratch_test_add("/settings/load/needs-no-file", without_files_nothing_is_settled);
        scratch_test_add("/settings/read/tells-faults-with-their-place", faults_are_told_with_their_place);
        scratch_test_add("/settings/folders/have-specifiers", folders_have_specifiers);
        scratch_test_add("/settings/apply/gives-proxies-to-all-but-who-has-one",
                         proxies_are_for_all_but_who_has_one);
        return g_test_run();
}
