/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-init, the program itself, as an ordinary process: its child's end, and signals. What only process 1 can show is in
 * tests/machine/cases/test_init.py. */

#include "base/cleanup.h"
#include "base/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its exit status with these words, which end in NULL. */
static int run(const char *const *words) {
        g_autoptr(GPtrArray) argv = g_ptr_array_new();
        g_autoptr(GError) error = NULL;
        Process process = PROCESS_NONE;
        int status;

        g_ptr_array_add(argv, (char *) g_getenv("WOLFFIA_INIT"));
        for (; *words; words++)
                g_ptr_array_add(argv, (char *) *words);
        g_ptr_array_add(argv, NULL);
        g_assert_true(
                process_start((const char *const *) argv->pdata, &PROCESS_FILES_NONE, &process, &error));
        (void) process_finish(&process, &status, NULL); /* that it is not 0 is what is asked */
        g_assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void ends_as_its_command(void) {
        g_assert_cmpint(RUN("--", "true"), ==, 0);
        g_assert_cmpint(RUN("--", "/bin/sh", "-c", "exit 7"), ==, 7);
        g_assert_cmpint(RUN("sh", "-c", "exit 0"), ==, 0);
        g_assert_cmpint(RUN("--", "sh", "-c", "kill -SEGV $$"), ==, 128 + SIGSEGV);
}

static void says_what_cannot_be_executed(void) {
        g_assert_cmpint(RUN("--", "no-such-program"), ==, 127);
        g_assert_cmpint(RUN("--", "/no/such/program"), ==, 127);
        g_assert_cmpint(RUN("--", "/etc/passwd"), ==, 126);
        g_assert_cmpint(RUN("--"), ==, 64);
}

static void outlives_other_children(void) {
        g_assert_cmpint(RUN("--", "sh", "-c", "(sleep 0.1 &) ; sleep 0.3; exit 3"), ==, 3);
}

static void passes_signals_on(void) {
        /* Its parent is wolffia-init. */
        g_assert_cmpint(
                RUN("--", "sh", "-c",
                    "trap 'exit 5' USR1; kill -USR1 $PPID; i=0; while [ $i -lt 100 ]; do sleep 0.05; "
                    "i=$((i+1)); done"),
                ==, 5);
        /* SIGTERM has no handler, and the command is no process 1. */
        g_assert_cmpint(RUN("--", "sh", "-c", "kill -TERM $PPID; sleep 5"), ==, 128 + SIGTERM);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/init/ends-as-its-command", ends_as_its_command);
        g_test_add_func("/init/says-what-cannot-be-executed", says_what_cannot_be_executed);
        g_test_add_func("/init/outlives-other-children", outlives_other_children);
        g_test_add_func("/init/passes-signals-on", passes_signals_on);
        return g_test_run();
}
