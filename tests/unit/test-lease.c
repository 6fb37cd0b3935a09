/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Leases live as long as somebody holds them. */

#include "network/lease.h"

#include "base/cleanup.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int take(const Scratch *scratch, const char *container) {
        char *names[] = {(char *) container, (char *) "alias", NULL};
        Lease lease = {
                .container = (char *) container,
                .pid = 7,
                .namespace_fd = 5,
                .addresses = {{AF_INET, {10, 89, 0, 2}}, {0}},
                .names = names,
        };
        g_autoptr(GError) error = NULL;
        int fd = -1;

        g_assert_true(mkdirat(scratch->fd, "members", 0700) == 0 || errno == EEXIST);
        lease_take(scratch->path, &lease, &fd, &error);
        g_assert_no_error(error);
        return fd;
}

static void lease_is_seen_while_it_is_held(Scratch *scratch, gconstpointer data) {
        int fd = take(scratch, "web");
        g_autoptr(GPtrArray) leases = lease_list(scratch->path);

        g_assert_cmpuint(leases->len, ==, 1);
        const Lease *lease = leases->pdata[0];
        g_assert_cmpstr(lease->container, ==, "web");
        g_assert_cmpstr(lease->names[1], ==, "alias");
        g_assert_cmpint(lease->pid, ==, 7);
        g_assert_cmpuint(lease->addresses[0].bytes[3], ==, 2);
        g_assert_cmpint(lease->addresses[1].family, ==, 0);
        close(fd);
        g_autoptr(GPtrArray) later = lease_list(scratch->path);
        g_assert_cmpuint(later->len, ==, 0);
        g_assert_null(lease_find(scratch->path, "web"));
}

static void lease_outlives_who_took_it_in_others(Scratch *scratch, gconstpointer data) {
        int fd = take(scratch, "web");
        pid_t child = fork();

        if (child == 0) {
                pause();
                _exit(0);
        }
        close(fd);
        g_autoptr(Lease) lease = lease_find(scratch->path, "web");
        g_assert_nonnull(lease);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        g_assert_null(lease_find(scratch->path, "web"));
}

static void sweep_removes_what_nobody_holds(Scratch *scratch, gconstpointer data) {
        autofd int kept = take(scratch, "kept");
        int gone = take(scratch, "gone");

        close(gone);
        lease_sweep(scratch->path);
        g_assert_cmpint(faccessat(scratch->fd, "members/kept", F_OK, 0), ==, 0);
        g_assert_cmpint(faccessat(scratch->fd, "members/gone", F_OK, 0), ==, -1);
}

static void list_passes_over_what_is_no_lease(Scratch *scratch, gconstpointer data) {
        autofd int held = take(scratch, "web");
        autofd int file = openat(scratch->fd, "members/rubbish", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        g_assert_cmpint(write(file, "[", 1), ==, 1);
        g_autoptr(GPtrArray) leases = lease_list(scratch->path);
        g_assert_cmpuint(leases->len, ==, 1);
        g_autoptr(GPtrArray) none = lease_list("/nonexistent");
        g_assert_cmpuint(none->len, ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/lease/list/has-what-is-held", lease_is_seen_while_it_is_held);
        scratch_test_add("/lease/list/follows-the-holder", lease_outlives_who_took_it_in_others);
        scratch_test_add("/lease/list/passes-over-what-is-no-lease", list_passes_over_what_is_no_lease);
        scratch_test_add("/lease/sweep/removes-what-nobody-holds", sweep_removes_what_nobody_holds);
        return g_test_run();
}
