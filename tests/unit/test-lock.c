/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A lock that is free, one that becomes free, and one that never does. */

#include "network/lock.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static int open_again(const Scratch *scratch) {
        int fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        g_assert_cmpint(fd, >=, 0);
        return fd;
}

static void wait_takes_what_is_free(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        autofd int fd = open_again(scratch), other = open_again(scratch);

        lock_wait(fd, scratch->path, 0, &error);
        g_assert_no_error(error);
        g_assert_cmpint(flock(other, LOCK_EX | LOCK_NB), <, 0);
}

static gpointer unlock_soon(gpointer data) {
        g_usleep(50 * G_TIME_SPAN_MILLISECOND);
        flock(*(int *) data, LOCK_UN);
        return NULL;
}

static void wait_takes_what_becomes_free(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        autofd int fd = open_again(scratch), other = open_again(scratch);

        g_assert_cmpint(flock(other, LOCK_EX), ==, 0);
        GThread *thread = g_thread_new("unlock", unlock_soon, &other);
        lock_wait(fd, scratch->path, 20000, &error);
        g_assert_no_error(error);
        g_thread_join(thread);
}

static void wait_has_an_end(Scratch *scratch, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        autofd int fd = open_again(scratch), other = open_again(scratch);

        g_assert_cmpint(flock(other, LOCK_EX), ==, 0);
        g_assert_false(lock_wait(fd, scratch->path, 30, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_HELPER);
        g_assert_nonnull(strstr(error->message, scratch->path));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/lock/wait/takes-what-is-free", wait_takes_what_is_free);
        scratch_test_add("/lock/wait/takes-what-becomes-free", wait_takes_what_becomes_free);
        scratch_test_add("/lock/wait/has-an-end", wait_has_an_end);
        return g_test_run();
}
