/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a program of a network can still do, tried in a child, with what the kernel says of it. */

#include "network/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef bool (*Trial)(void);

/* Runs TRIAL in a confined child. */
static bool holds(Trial trial, uint64_t capabilities, const int *calls, size_t count) {
        int status;

        pid_t child = fork();
        if (child == 0) {
                (void) unshare(CLONE_NEWUSER); /* for an ordinary user; root has CAP_SETPCAP anyway */
                _exit(confine(capabilities, calls, count) && trial() ? 0 : 1);
        }
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        return status == 0;
}

static bool reads(const char *line) {
        char text[4096];
        int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

        text[n < 0 ? 0 : n] = '\0';
        return strstr(text, line) != NULL;
}

static const int reading[] = {SYS_openat, SYS_read};

static bool has_nothing(void) {
        return reads("\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
                     "CapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
}

static void nothing_is_left(void) {
        g_assert_true(holds(has_nothing, 0, reading, G_N_ELEMENTS(reading)));
}

static bool has_two(void) {
        return reads("\nCapPrm:\t0000000000002400\nCapEff:\t0000000000002400\nCapBnd:\t0000000000000000\n");
}

static void what_is_asked_for_stays(void) {
        g_assert_true(holds(has_two, 1u << CAP_NET_RAW | 1u << CAP_NET_BIND_SERVICE, reading,
                            G_N_ELEMENTS(reading)));
}

static bool is_refused(int family, int type) {
        return socket(family, type, 0) < 0 && errno == EPERM;
}

static bool has_no_calls(void) {
        return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 && errno == EPERM && fork() < 0 &&
               errno == EPERM && is_refused(AF_INET, SOCK_DGRAM);
}

static void other_calls_are_refused(void) {
        g_assert_true(holds(has_no_calls, 0, NULL, 0));
}

static bool has_sockets(void) {
        return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) >= 0 &&
               socket(AF_INET6, SOCK_DGRAM, 0) >= 0 && is_refused(AF_INET, SOCK_RAW) &&
               is_refused(AF_UNIX, SOCK_STREAM) && is_refused(AF_PACKET, SOCK_DGRAM) &&
               is_refused(AF_NETLINK, SOCK_RAW);
}

static void sockets_are_of_tcp_and_udp(void) {
        static const int calls[] = {SYS_socket};

        g_assert_true(holds(has_sockets, 1u << CAP_NET_RAW, calls, G_N_ELEMENTS(calls)));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/confine/nothing-is-left", nothing_is_left);
        g_test_add_func("/confine/what-is-asked-for-stays", what_is_asked_for_stays);
        g_test_add_func("/confine/other-calls-are-refused", other_calls_are_refused);
        g_test_add_func("/confine/sockets-are-of-tcp-and-udp", sockets_are_of_tcp_and_udp);
        return g_test_run();
}
