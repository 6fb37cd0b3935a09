/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Against real sockets of this machine's loopback. */

#include "runner/network-ports.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "spec/value-port.h"
#include "tests/lib/mapped.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

/* A socket on a free port of 127.0.0.1. */
static int take_port(int type, guint16 *ret_number) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t size = sizeof address;
        int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
        const int yes = 1;

        if (type == SOCK_STREAM) /* as servers do, pasta among them */
                setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
        if (type == SOCK_STREAM)
                g_assert_cmpint(listen(fd, 5), ==, 0);
        g_assert_cmpint(getsockname(fd, (struct sockaddr *) &address, &size), ==, 0);
        *ret_number = ntohs(address.sin_port);
        return fd;
}

static bool check(const char *text, GError **error) {
        g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        PortMapping *port;

        if (!value_port_parse(text, &port, error))
                return false;
        g_ptr_array_add(ports, port);
        return network_ports_check(ports, error);
}

static void free_ports_are_fine_and_stay_free(void) {
        guint16 number;
        int fd = take_port(SOCK_STREAM, &number);

        close(fd);
        g_autofree char *tcp = g_strdup_printf("127.0.0.1:%u:80", number),
                        *udp = g_strdup_printf("%s/udp", tcp);
        for (int i = 0; i < 2; i++) {
                g_autoptr(GError) error = NULL;
                g_assert_true(check(tcp, &error));
                g_assert_true(check(udp, &error));
                g_assert_no_error(error);
        }
}

static void assert_taken(int type, const char *form, const char *hint) {
        g_autoptr(GError) error = NULL;
        guint16 number;

        autofd int fd = take_port(type, &number);
        g_autofree char *digits = g_strdup_printf("%u", number);
        g_auto(GStrv) parts = g_strsplit(form, "N", -1);
        g_autofree char *text = g_strjoinv(digits, parts);
        g_assert_false(check(text, &error));
        g_test_message("%s", error->message);
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_assert_nonnull(strstr(error->message, digits));
        g_assert_nonnull(strstr(error->message, hint));
        cleanup_fd(&fd);
        g_clear_error(&error);
        g_assert_true(check(text, &error));
        g_assert_no_error(error);
}

static void a_taken_port_is_named(void) {
        assert_taken(SOCK_STREAM, "127.0.0.1:N:80", "ss -tlnp");
        assert_taken(SOCK_STREAM, "N:80", "ss -tlnp");
        assert_taken(SOCK_DGRAM, "127.0.0.1:N:80/udp", "ss -ulnp");
}

static void protocols_do_not_meet(void) {
        guint16 number;

        autofd int fd = take_port(SOCK_STREAM, &number);
        g_autofree char *udp = g_strdup_printf("127.0.0.1:%u:80/udp", number);
        g_autoptr(GError) error = NULL;
        g_assert_true(check(udp, &error));
        g_assert_no_error(error);
}

static void one_of_a_range_suffices(void) {
        g_autoptr(GError) error = NULL;
        guint16 number;

        autofd int fd = take_port(SOCK_STREAM, &number);
        unsigned first = number > 2000 ? number - 3 : number, last = number > 2000 ? number : number + 3;
        g_autofree char *text = g_strdup_printf("127.0.0.1:%u-%u:100-103", first, last);
        g_assert_false(check(text, &error));
        g_test_message("%s", error->message);
        /* Another program may have another one of them. */
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
}

static void a_closed_connection_is_in_nobodys_way(void) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        g_autoptr(GError) error = NULL;
        guint16 number;

        /* The server closes first, so that its end waits (TIME_WAIT). */
        autofd int listen_fd = take_port(SOCK_STREAM, &number),
                   client_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address.sin_port = htons(number);
        g_assert_cmpint(connect(client_fd, (struct sockaddr *) &address, sizeof address), ==, 0);
        autofd int server_fd = accept(listen_fd, NULL, NULL);
        cleanup_fd(&server_fd);
        cleanup_fd(&listen_fd);
        cleanup_fd(&client_fd);
        g_autofree char *text = g_strdup_printf("127.0.0.1:%u:80", number);
        g_assert_true(check(text, &error));
        g_assert_no_error(error);
}

static void an_address_that_the_host_has_not_is_named(void) {
        g_autoptr(GError) error = NULL;

        g_assert_false(check("192.0.2.77:8080:80", &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_assert_nonnull(strstr(error->message, "192.0.2.77"));
}

/* In a network namespace whose root is another: 1024 and above for everybody there is. */
static bool check_privileged(void *data, GError **error) {
        g_autoptr(GError) refusal = NULL;

        /* An own namespace, and then no capability over it. */
        if (unshare(CLONE_NEWNET) < 0 || unshare(CLONE_NEWUSER) < 0)
                return fail_errno(error, errno, "Cannot make namespaces");
        if (check("80:80", &refusal))
                return fail(error, WOLFFIA_ERROR_VALUE, "port 80 could be had");
        if (!g_error_matches(refusal, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED) ||
            !strstr(refusal->message, "ip_unprivileged_port_start") || !strstr(refusal->message, "8080") ||
            !strstr(refusal->message, "from 1024 on"))
                return fail(error, WOLFFIA_ERROR_VALUE, "the reason is: %s", refusal->message);
        return check("1024:80", error) && check("1024:80/udp", error);
}

static void a_privileged_port_comes_with_its_remedy(void) {
        mapped_run_single(check_privileged, NULL);
}

static void any_free_port_needs_no_check(void) {
        g_autoptr(GError) error = NULL;

        g_assert_true(check("80", &error));
        g_assert_true(check("127.0.0.1::80", &error));
        g_assert_no_error(error);
}

static void any_free_port_becomes_a_real_one(void) {
        g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));
        static const char *const texts[] = {"80", "127.0.0.1::53/udp", "100-102", "[::1]::443", "8080:80"};
        static const guint16 inside[] = {80, 53, 100, 101, 102, 443, 80};
        g_autoptr(GError) error = NULL;

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                PortMapping *port;
                g_assert_true(value_port_parse(texts[i], &port, NULL));
                g_ptr_array_add(ports, port);
        }
        (void) network_ports_choose(ports, fds, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(ports->len, ==, G_N_ELEMENTS(inside));
        for (guint i = 0; i < ports->len; i++) {
                const PortMapping *port = ports->pdata[i];
                g_assert_cmpuint(port->container_first, ==, inside[i]);
                g_assert_cmpuint(port->container_last, ==, inside[i]);
                g_assert_cmpuint(port->host_first, >=, 1024);
                g_assert_cmpuint(port->host_last, ==, port->host_first);
        }
        g_assert_cmpuint(fds->len, ==, 6);
        for (guint i = 0; i < fds->len; i++)
                close(g_array_index(fds, int, i));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/network-ports/check/leaves-free-ports-free", free_ports_are_fine_and_stay_free);
        g_test_add_func("/network-ports/check/names-a-taken-port", a_taken_port_is_named);
        g_test_add_func("/network-ports/check/keeps-protocols-apart", protocols_do_not_meet);
        g_test_add_func("/network-ports/check/looks-at-each-of-a-range", one_of_a_range_suffices);
        g_test_add_func("/network-ports/check/does-not-mind-closed-connections",
                        a_closed_connection_is_in_nobodys_way);
        g_test_add_func("/network-ports/check/names-an-address-that-is-not-there",
                        an_address_that_the_host_has_not_is_named);
        g_test_add_func("/network-ports/check/has-the-remedy-for-a-privileged-port",
                        a_privileged_port_comes_with_its_remedy);
        g_test_add_func("/network-ports/check/skips-any-free-port", any_free_port_needs_no_check);
        g_test_add_func("/network-ports/choose/finds-real-numbers", any_free_port_becomes_a_real_one);
        return g_test_run();
}
