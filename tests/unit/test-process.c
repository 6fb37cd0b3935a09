/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Helper programs, with the real shell in their place. */

#include "base/process.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELL(script) ((const char *const[]){"sh", "-c", (script), NULL})

/* Runs a program and returns what it wrote. */
static char *ask(const char *const *argv, const char *const *environment) {
        g_autoptr(GError) error = NULL;
        int fds[2];

        g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
        autofd int read_fd = fds[0], write_fd = fds[1];
        ProcessFiles files = {.input_fd = -1, .output_fd = write_fd, .environment = environment};
        g_assert_true(process_run(argv, &files, &error));
        g_assert_no_error(error);

        cleanup_fd(&write_fd);
        char buffer[4096];
        ssize_t n = read(read_fd, buffer, sizeof buffer);
        g_assert_cmpint(n, >=, 0);
        return g_strndup(buffer, (gsize) n);
}

static void run_succeeds_with_status_0(void) {
        g_autoptr(GError) error = NULL;

        g_assert_true(process_run(SHELL("exit 0"), &PROCESS_FILES_NONE, &error));
        g_assert_no_error(error);
        /* A complaint alone is no failure. */
        g_assert_true(process_run(SHELL("echo careful >&2"), &PROCESS_FILES_NONE, &error));
        g_assert_no_error(error);
}

static void a_name_is_said_once(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(process_run(SHELL("echo 'sh: no such id' >&2; exit 1"), &PROCESS_FILES_NONE, &error));
        g_assert_cmpstr(error->message, ==, "sh failed: no such id");
}

static void finish_tells_the_last_words(void) {
        g_autoptr(GError) error = NULL;
        Process process = PROCESS_NONE;
        int status = 0;

        g_assert_true(process_start(SHELL("echo first >&2; echo 'no such id ' >&2; exit 3"),
                                    &PROCESS_FILES_NONE, &process, &error));
        g_assert_false(process_finish(&process, &status, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        g_assert_cmpstr(error->message, ==, "sh failed: first\nno such id");
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 3);
        g_assert_cmpint(process.pid, ==, 0);
        g_assert_cmpint(process.error_fd, ==, -1);
}

static void finish_tells_status_and_signal_of_the_silent(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(process_run(SHELL("exit 7"), &PROCESS_FILES_NONE, &error));
        g_assert_cmpstr(error->message, ==, "sh failed with exit status 7");
        g_clear_error(&error);
        g_assert_false(process_run(SHELL("kill -KILL $$"), &PROCESS_FILES_NONE, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        g_assert_cmpstr(error->message, ==, "sh was ended by signal Killed");
}

static void finish_keeps_the_end_of_a_long_complaint(void) {
        g_autoptr(GError) error = NULL;

        /* More than a pipe holds: who does not read while waiting waits for ever. */
        g_assert_false(process_run(
                SHELL("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1"),
                &PROCESS_FILES_NONE, &error));
        g_assert_true(g_str_has_suffix(error->message, "line 19999"));
        g_assert_cmpuint(strlen(error->message), <, 10000);
        g_assert_cmpuint(strlen(error->message), >, 2000);
}

static void start_names_the_missing_program(void) {
        g_autoptr(GError) error = NULL;
        Process process = PROCESS_NONE;

        g_assert_false(process_start((const char *const[]){"no-such-program", NULL}, &PROCESS_FILES_NONE,
                                     &process, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        g_assert_cmpstr(error->message, ==, "The program no-such-program is not installed");
        g_assert_cmpint(process.pid, ==, 0);
        process_abandon(&process);
}

static void start_finds_programs_when_path_is_broken(void) {
        g_autofree char *path = g_strdup(g_getenv("PATH"));
        g_autoptr(GError) error = NULL;

        g_setenv("PATH", "/nowhere", TRUE);
        bool found = process_run(SHELL("exit 0"), &PROCESS_FILES_NONE, &error);
        g_unsetenv("PATH");
        bool found_without = process_run(SHELL("exit 0"), &PROCESS_FILES_NONE, NULL);
        g_setenv("PATH", path, TRUE);
        g_assert_no_error(error);
        g_assert_true(found);
        g_assert_true(found_without);
}

static void start_connects_files(void) {
        int fds[2];

        g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
        g_assert_cmpint(write(fds[1], "hello", 5), ==, 5);
        close(fds[1]);
        ProcessFiles files = {.input_fd = fds[0], .output_fd = -1};
        g_assert_true(process_run(SHELL("test \"$(cat)\" = hello"), &files, NULL));
        close(fds[0]);

        /* Without any, they read nothing and write nowhere. */
        g_assert_true(process_run(SHELL("test \"$(cat)\" = ''; echo nowhere"), &PROCESS_FILES_NONE, NULL));
}

static void start_hands_nothing_else_on(void) {
        int fds[20];

        /* As sockets that systemd has passed: open, and not close-on-exec. */
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
                fds[i] = open("/dev/null", O_RDONLY);
                g_autofree char *script = g_strdup_printf("test ! -e /proc/$$/fd/%d", fds[i]);
                g_assert_cmpint(fds[i], >, STDERR_FILENO);
                g_assert_true(process_run(SHELL(script), &PROCESS_FILES_NONE, NULL));
        }
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
                close(fds[i]);
}

static void start_resets_signals(void) {
        /* Not the shell: it puts some of this right itself. */
        static const char *const sed_blocked[] = {"sed", "-n", "s/^SigBlk:.//p", "/proc/self/status", NULL};
        static const char *const sed_ignored[] = {"sed", "-n", "s/^SigIgn:.//p", "/proc/self/status", NULL};
        struct sigaction before, ignore = {.sa_handler = SIG_IGN};
        sigset_t blocked, mask_before;

        /* As systemd starts services. */
        sigaction(SIGPIPE, &ignore, &before);
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGTERM);
        sigprocmask(SIG_BLOCK, &blocked, &mask_before);
        g_autofree char *blocked_text = ask(sed_blocked, NULL);
        g_autofree char *ignored_text = ask(sed_ignored, NULL);
        sigaction(SIGPIPE, &before, NULL);
        sigprocmask(SIG_SETMASK, &mask_before, NULL);

        /* 32 and 33 are the C library's own, and of no other use. */
        guint64 own = G_GUINT64_CONSTANT(3) << 31;
        g_assert_cmpstr(blocked_text, ==, "0000000000000000\n");
        g_assert_cmphex(g_ascii_strtoull(ignored_text, NULL, 16) & ~own, ==, 0);
}

static void start_replaces_the_environment(void) {
        g_setenv("WOLFFIA_TEST", "ours", TRUE);
        g_autofree char *ours = ask(SHELL("echo \"$WOLFFIA_TEST\""), NULL);
        g_autofree char *theirs =
                ask(SHELL("echo \"$WOLFFIA_TEST\""), (const char *const[]){"WOLFFIA_TEST=theirs", NULL});
        g_autofree char *none = ask(SHELL("echo \"$WOLFFIA_TEST\""), (const char *const[]){NULL});
        g_unsetenv("WOLFFIA_TEST");

        g_assert_cmpstr(ours, ==, "ours\n");
        g_assert_cmpstr(theirs, ==, "theirs\n");
        g_assert_cmpstr(none, ==, "\n");
}

/* In a child, since the test's own descriptors go too. */
static void all_but_what_is_kept_is_closed(void) {
        pid_t child = fork();

        g_assert_cmpint(child, >=, 0);
        if (child == 0) {
                const int kept[] = {205, -1, 201, 202};
                bool is_right = true;
                for (int fd = 199; fd < 209; fd++)
                        is_right = dup2(STDERR_FILENO, fd) == fd && is_right;
                is_right = process_close_others(200, kept, G_N_ELEMENTS(kept), NULL) && is_right;
                for (int fd = 199; fd < 209; fd++) {
                        bool is_kept = fd == 199 || fd == 201 || fd == 202 || fd == 205;
                        is_right = (fcntl(fd, F_GETFD) >= 0) == is_kept && is_right;
                }
                _exit(is_right ? EXIT_SUCCESS : EXIT_FAILURE);
        }
        int status;
        process_wait(child, &status);
        g_assert_cmpint(status, ==, 0);
}

static void abandon_kills(void) {
        Process process = PROCESS_NONE;

        g_assert_true(process_start((const char *const[]){"sleep", "1000", NULL}, &PROCESS_FILES_NONE,
                                    &process, NULL));
        pid_t pid = process.pid;
        g_assert_cmpint(kill(pid, 0), ==, 0);
        process_abandon(&process);
        g_assert_cmpint(kill(pid, 0), ==, -1);
        g_assert_cmpint(process.pid, ==, 0);
        process_abandon(&process); /* once more is fine */
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_setenv("LC_ALL", "C", TRUE);
        g_test_add_func("/process/a-name-is-said-once", a_name_is_said_once);
        g_test_add_func("/process/run/succeeds-with-status-0", run_succeeds_with_status_0);
        g_test_add_func("/process/finish/tells-the-last-words", finish_tells_the_last_words);
        g_test_add_func("/process/finish/tells-status-and-signal-of-the-silent",
                        finish_tells_status_and_signal_of_the_silent);
        g_test_add_func("/process/finish/keeps-the-end-of-a-long-complaint",
                        finish_keeps_the_end_of_a_long_complaint);
        g_test_add_func("/process/start/names-the-missing-program", start_names_the_missing_program);
        g_test_add_func("/process/start/finds-programs-when-path-is-broken",
                        start_finds_programs_when_path_is_broken);
        g_test_add_func("/process/start/connects-files", start_connects_files);
        g_test_add_func("/process/start/hands-nothing-else-on", start_hands_nothing_else_on);
        g_test_add_func("/process/start/resets-signals", start_resets_signals);
        g_test_add_func("/process/start/replaces-the-environment", start_replaces_the_environment);
        g_test_add_func("/process/close-others/closes-all-but-what-is-kept", all_but_what_is_kept_is_closed);
        g_test_add_func("/process/abandon/kills", abandon_kills);
        return g_test_run();
}
