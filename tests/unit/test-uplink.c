/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "network/uplink.h"

#include "base/cleanup.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Puts a pasta and a pasta.avx2 into a folder of $PATH; says which of them would be started. */
static char *choose_program(const char *text) {
        g_autofree char *folder = g_dir_make_tmp("pasta-XXXXXX", NULL), *path = g_strdup(g_getenv("PATH")),
                        *plain = g_build_filename(folder, "pasta", NULL),
                        *better = g_build_filename(folder, "pasta.avx2", NULL);
        g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);

        g_assert_true(g_file_set_contents(plain, text, -1, NULL) && chmod(plain, 0755) == 0);
        g_assert_true(g_file_set_contents(better, text, -1, NULL) && chmod(better, 0755) == 0);
        g_setenv("PATH", folder, TRUE);
        g_ptr_array_add(arguments, g_strdup("pasta"));
        uplink_complete_pasta(arguments);
        g_setenv("PATH", path, TRUE);
        g_unlink(plain);
        g_unlink(better);
        g_rmdir(folder);
        return g_path_get_basename(arguments->pdata[0]);
}

static void a_detour_is_skipped_but_not_a_script(void) {
        g_autofree char *script = choose_program("#!/bin/sh\nexec /usr/bin/pasta \"$@\"\n"),
                        *program = choose_program("\177ELF and so on");

        g_assert_cmpstr(script, ==, "pasta");
#ifdef __x86_64__
        g_assert_cmpstr(program, ==, __builtin_cpu_supports("avx2") ? "pasta.avx2" : "pasta");
#else
        g_assert_cmpstr(program, ==, "pasta");
#endif
}

/* A script in pasta's place, which is started with the folder as both of its namespaces. */
static bool start(const Scratch *scratch, const char *text, Process *ret_process, GError **error) {
        g_autofree char *path = scratch_path(scratch, "pasta");
        g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);

        g_assert_true(g_file_set_contents(path, text, -1, NULL) && chmod(path, 0755) == 0);
        g_ptr_array_add(arguments, g_strdup(path));
        return uplink_start_pasta(arguments, scratch->fd, scratch->fd, ret_process, error) &&
               uplink_wait(ret_process, -1, error);
}

static void pasta_is_up_when_it_writes_its_number(Scratch *scratch, gconstpointer data) {
        Process process = PROCESS_NONE;
        g_autoptr(GError) error = NULL;

        g_assert_true(start(scratch,
                            "#!/bin/sh\n"
                            "echo '10.0.2.3 is a strange address' >&2\n"
                            "for word; do file=$word; done\n" /* the last one */
                            "test -d /proc/self/fd/0 && echo $$ >\"$file\"\n"
                            "exec sleep 60\n",
                            &process, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(process.name, ==, "pasta");
        process_abandon(&process);
}

static void what_it_said_before_its_end_is_told(Scratch *scratch, gconstpointer data) {
        Process process = PROCESS_NONE;
        g_autoptr(GError) error = NULL;

        g_assert_false(start(scratch, "#!/bin/sh\necho 'No such luck' >&2\nexit 1\n", &process, &error));
        g_assert_cmpstr(error->message, ==, "pasta failed: No such luck");
        g_assert_cmpint(process.pid, ==, 0);
}

/* A script in slirp4netns's place. */
static bool start_slirp(const Scratch *scratch, const char *text, Process *ret_process, GError **error) {
        g_autofree char *path = scratch_path(scratch, "slirp");
        g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
        autofd int ready_fd = -1;

        g_assert_true(g_file_set_contents(path, text, -1, NULL) && chmod(path, 0755) == 0);
        g_ptr_array_add(arguments, g_strdup(path));
        g_ptr_array_add(arguments, NULL);
        return uplink_start_slirp(arguments, ret_process, &ready_fd, error) &&
               uplink_wait(ret_process, ready_fd, error);
}

static void slirp_is_up_when_it_writes_to_its_input(Scratch *scratch, gconstpointer data) {
        Process process = PROCESS_NONE;
        g_autoptr(GError) error = NULL;

        g_assert_true(start_slirp(scratch, "#!/bin/sh\necho 1 >&0\nexec sleep 60\n", &process, &error));
        process_abandon(&process);
}

static void slirp_that_closes_its_input_alone_is_not_waited_for(Scratch *scratch, gconstpointer data) {
        Process process = PROCESS_NONE;
        g_autoptr(GError) error = NULL;

        g_assert_false(start_slirp(scratch, "#!/bin/sh\nexec <&-\necho 'No such luck' >&2\nexec sleep 15\n",
                                   &process, &error));
        g_assert_nonnull(strstr(error->message, "slirp gave up before it was up: No such luck"));
        g_assert_cmpint(process.pid, ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/uplink/pasta/skips-a-detour-but-not-a-script",
                        a_detour_is_skipped_but_not_a_script);
        scratch_test_add("/uplink/pasta/is-up-when-it-writes-its-number",
                         pasta_is_up_when_it_writes_its_number);
        scratch_test_add("/uplink/pasta/tells-what-it-said-before-its-end",
                         what_it_said_before_its_end_is_told);
        scratch_test_add("/uplink/slirp/is-up-when-it-writes-to-its-input",
                         slirp_is_up_when_it_writes_to_its_input);
        scratch_test_add("/uplink/slirp/is-not-waited-for-when-it-closes-its-input",
                         slirp_that_closes_its_input_alone_is_not_waited_for);
        return g_test_run();
}
