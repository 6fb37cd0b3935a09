/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two real processes that meet. */

#include "base/sync.h"

#include "base/error.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POINT_FIRST = 1, POINT_SECOND };

typedef void (*ChildWork)(Sync *sync);

static pid_t split(Sync *sync, ChildWork work) {
        g_autoptr(GError) error = NULL;

        g_assert_true(sync_open(sync, &error));
        g_assert_no_error(error);
        pid_t child = fork();
        g_assert_cmpint(child, >=, 0);
        if (child == 0) {
                sync_become_child(sync);
                work(sync);
                _exit(EXIT_SUCCESS);
        }
        sync_become_parent(sync);
        return child;
}

static void join(Sync *sync, pid_t child) {
        int status;

        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        sync_close(sync);
        g_assert_cmpint(sync->parent_fd, ==, -1);
}

static void meet_twice(Sync *sync) {
        if (!sync_wait(sync, POINT_FIRST, NULL) || !sync_reach(sync, POINT_SECOND, NULL))
                _exit(EXIT_FAILURE);
}

static void both_sides_go_on(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child = split(&sync, meet_twice);

        g_assert_true(sync_reach(&sync, POINT_FIRST, &error));
        g_assert_true(sync_wait(&sync, POINT_SECOND, &error));
        g_assert_no_error(error);
        join(&sync, child);
}

static void note_and_meet(Sync *sync) {
        sync_note(sync, "one");
        sync_note(sync, "two");
        if (!sync_reach(sync, POINT_FIRST, NULL))
                _exit(EXIT_FAILURE);
}

static void notes_are_there_after_the_next_meeting(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child = split(&sync, note_and_meet);

        g_assert_true(sync_wait(&sync, POINT_FIRST, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(sync.notes->len, ==, 2);
        g_assert_cmpstr(sync.notes->pdata[0], ==, "one");
        g_assert_cmpstr(sync.notes->pdata[1], ==, "two");
        join(&sync, child);
}

static void reach_the_second(Sync *sync) {
        (void) sync_reach(sync, POINT_SECOND, NULL);
}

static void another_point_is_an_error(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child = split(&sync, reach_the_second);

        g_assert_false(sync_wait(&sync, POINT_FIRST, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        join(&sync, child);
}

static void fail_with_errno(Sync *sync) {
        g_autoptr(GError) failure = NULL;

        fail_errno(&failure, EROFS, "Cannot mount %s", "/data");
        sync_fail(sync, failure);
}

static void fail_with_our_own(Sync *sync) {
        g_autoptr(GError) failure = NULL;

        fail(&failure, WOLFFIA_ERROR_NOT_FOUND, "The image has no program '%s'", "x");
        sync_fail(sync, failure);
}

static void errors_travel_whole(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;

        pid_t child = split(&sync, fail_with_errno);
        g_assert_false(sync_wait(&sync, POINT_FIRST, &error));
        g_assert_error(error, ERRNO_ERROR, EROFS);
        g_assert_true(g_str_has_prefix(error->message, "Cannot mount /data: "));
        join(&sync, child);
        g_clear_error(&error);

        child = split(&sync, fail_with_our_own);
        g_assert_false(sync_wait(&sync, POINT_FIRST, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        g_assert_cmpstr(error->message, ==, "The image has no program 'x'");
        join(&sync, child);
}

static void fail_at_length(Sync *sync) {
        g_autoptr(GError) failure = NULL;
        g_autofree char *long_text = g_strnfill(100000, 'x');

        fail(&failure, WOLFFIA_ERROR_VALUE, "Begin %s", long_text);
        sync_fail(sync, failure);
}

static void long_errors_keep_their_beginning(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child = split(&sync, fail_at_length);

        g_assert_false(sync_wait(&sync, POINT_FIRST, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_assert_true(g_str_has_prefix(error->message, "Begin xxx"));
        g_assert_cmpuint(strlen(error->message), >, 3000);
        join(&sync, child);
}

static void die(Sync *sync) {
        raise(SIGKILL);
}

static void a_death_is_noticed(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child = split(&sync, die);

        g_assert_false(sync_wait(&sync, POINT_FIRST, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        g_clear_error(&error);
        g_assert_false(sync_reach(&sync, POINT_FIRST, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        join(&sync, child);
}

static void wait_for_the_parent(Sync *sync) {
        g_autoptr(GError) error = NULL;

        /* 7: noticed; the parent looks at the status. */
        _exit(!sync_wait(sync, POINT_FIRST, &error) &&
                              g_error_matches(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER)
                      ? 7
                      : 1);
}

static void the_parents_end_is_noticed(void) {
        Sync sync = SYNC_NONE;
        int status;
        pid_t child = split(&sync, wait_for_the_parent);

        sync_close(&sync);
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 7);
}

static void execute(Sync *sync) {
        execlp("sleep", "sleep", "1000", NULL);
}

static void wait_exec_returns_at_the_exec(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child = split(&sync, execute);

        g_assert_true(sync_wait_exec(&sync, &error));
        g_assert_no_error(error);
        g_assert_cmpint(waitpid(child, NULL, WNOHANG), ==, 0); /* it lives */
        kill(child, SIGKILL);
        join(&sync, child);
}

static void wait_exec_gets_the_error_instead(void) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child = split(&sync, fail_with_our_own);

        g_assert_false(sync_wait_exec(&sync, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        join(&sync, child);
        g_clear_error(&error);

        child = split(&sync, reach_the_second);
        g_assert_false(sync_wait_exec(&sync, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        join(&sync, child);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/sync/wait/both-sides-go-on", both_sides_go_on);
        g_test_add_func("/sync/note/is-there-after-the-next-meeting",
                        notes_are_there_after_the_next_meeting);
        g_test_add_func("/sync/wait/takes-another-point-for-an-error", another_point_is_an_error);
        g_test_add_func("/sync/wait/notices-a-death", a_death_is_noticed);
        g_test_add_func("/sync/wait/notices-the-parents-end", the_parents_end_is_noticed);
        g_test_add_func("/sync/fail/carries-errors-whole", errors_travel_whole);
        g_test_add_func("/sync/fail/keeps-the-beginning-of-long-texts", long_errors_keep_their_beginning);
        g_test_add_func("/sync/wait-exec/returns-at-the-exec", wait_exec_returns_at_the_exec);
        g_test_add_func("/sync/wait-exec/gets-the-error-instead", wait_exec_gets_the_error_instead);
        return g_test_run();
}
