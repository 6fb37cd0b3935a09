/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* With two network namespaces of the kernel that is there: a network with its bridge, and a member. */

#include "network/link.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#define ROUNDS     12 /* without a wait it is dropped in about every second one */
#define AGAIN_USEC (900 * G_TIME_SPAN_MILLISECOND)

static const Address gateway = {AF_INET, {10, 89, 0, 1}}, member = {AF_INET, {10, 89, 0, 2}};

static bool make_namespace(int *ret_fd, GError **error) {
        if (unshare(CLONE_NEWNET) < 0)
                return fail_errno(error, errno, "Cannot make a network namespace");
        *ret_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot open the network namespace");
}

static bool plug_in(Link *network, int member_fd, int network_fd, GError **error) {
        static const guint8 mac[6] = {2, 0x57, 10, 89, 0, 2};
        Link link = LINK_NONE;

        bool done = link_make_pair(network, "port", "bridge0", "eth0", member_fd, mac, 65520, error) &&
                    setns(member_fd, CLONE_NEWNET) == 0 && link_open(&link, error) &&
                    link_raise(&link, "eth0", error) && link_add_address(&link, "eth0", &member, 24, error);
        if (done)
                link_settle(&link, "eth0");
        link_close(&link);
        if (!done || setns(network_fd, CLONE_NEWNET) < 0)
                return false;
        link_settle(network, "port");
        link_settle(network, "bridge0");
        return true;
}

/* Nobody listens there, which is an answer. */
static gint64 measure_answer(void) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80)};
        gint64 start = g_get_monotonic_time();

        memcpy(&address.sin_addr, member.bytes, sizeof address.sin_addr);
        autofd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        (void) !connect(fd, (struct sockaddr *) &address, sizeof address);
        return errno == ECONNREFUSED ? g_get_monotonic_time() - start : G_MAXINT64;
}

static bool connect_once(void *data, GError **error) {
        static const guint8 mac[6] = {2, 0x57, 10, 89, 0, 1};
        gint64 *longest = data;
        autofd int member_fd = -1, network_fd = -1;
        Link link = LINK_NONE;

        if (!make_namespace(&member_fd, error) || !make_namespace(&network_fd, error))
                return false;
        bool done = link_open(&link, error) && link_raise(&link, "lo", error) &&
                    link_make_bridge(&link, "bridge0", mac, 65520, error) &&
                    link_add_address(&link, "bridge0", &gateway, 24, error);
        g_usleep(100 * 1000); /* a network is older than its members */
        done = done && plug_in(&link, member_fd, network_fd, error);
        link_close(&link);
        if (!done)
                return false;
        gint64 taken = measure_answer();
        *longest = MAX(*longest, taken);
        return true;
}

/* In a child, whose memory is its own. */
static bool connect_often(void *data, GError **error) {
        gint64 longest = 0;

        for (guint i = 0; i < ROUNDS; i++)
                if (!connect_once(&longest, error))
                        return false;
        return longest < AGAIN_USEC || fail(error, WOLFFIA_ERROR_HELPER, "An answer took %d ms",
                                            (int) (longest / G_TIME_SPAN_MILLISECOND));
}

static void the_first_packet_arrives(void) {
        (void) mapped_run_single(connect_often, NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/link/settle/lets-the-first-packet-arrive", the_first_packet_arrives);
        return g_test_run();
}
