/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Against real sockets of this machine's loopback. */

#include "runner/network-listen.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "spec/value-port.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* A listener for IPv6 alone, on a port that IPv4 has free. */
static int take_port(int type, guint16 *ret_number) {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6};
        socklen_t size = sizeof address;
        int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);
        const int yes = 1;

        if (fd < 0)
                return -1;
        g_assert_cmpint(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes), ==, 0);
        g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
        if (type == SOCK_STREAM)
                g_assert_cmpint(listen(fd, 5), ==, 0);
        g_assert_cmpint(getsockname(fd, (struct sockaddr *) &address, &size), ==, 0);
        *ret_number = ntohs(address.sin6_port);
        return fd;
}

/* What a member with one address on one network listens on. */
static guint count_listeners(const char *text, GError **error) {
        g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free),
                             places = g_ptr_array_new(), forwards = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GArray) listeners = g_array_new(FALSE, FALSE, sizeof(int));
        NetworkState state = {0};
        Place place = {.state = &state, .addresses = {{.family = AF_INET, .bytes = {10, 89, 0, 2}}}};
        NetworkJoin join = {.places = places, .listeners = listeners, .forwards = forwards};
        PortMapping *port;

        g_ptr_array_add(places, &place);
        g_assert_true(value_port_parse(text, &port, error));
        g_ptr_array_add(ports, port);
        bool done = network_listen(ports, &join, error);
        for (guint i = 0; i < listeners->len; i++)
                close(g_array_index(listeners, int, i));
        return done ? listeners->len : 0;
}

static void assert_taken(int type, const char *suffix, const char *hint) {
        g_autoptr(GError) error = NULL;
        guint16 number;

        autofd int fd = take_port(type, &number);
        if (fd < 0) {
                g_test_skip("no IPv6 here");
                return;
        }
        g_autofree char *both = g_strdup_printf("%u:80%s", number, suffix);
        g_autofree char *one = g_strdup_printf("127.0.0.1:%s", both);
        g_assert_cmpuint(count_listeners(both, &error), ==, 0);
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_assert_nonnull(strstr(error->message, "is taken by another program"));
        g_assert_nonnull(strstr(error->message, hint));
        g_clear_error(&error);
        g_assert_cmpuint(count_listeners(one, &error), ==, 1);
        cleanup_fd(&fd);
        g_assert_cmpuint(count_listeners(both, &error), ==, 2);
        g_assert_no_error(error);
}

static void a_port_that_is_taken_over_ipv6_alone_is_named(void) {
        assert_taken(SOCK_STREAM, "", "ss -tlnp");
        assert_taken(SOCK_DGRAM, "/udp", "ss -ulnp");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/network-listen/a-port-that-is-taken-over-ipv6-alone-is-named",
                        a_port_that_is_taken_over_ipv6_alone_is_named);
        return g_test_run();
}
