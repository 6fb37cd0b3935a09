/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Its interface for ports takes one request a connection (slirp4netns(1), --api-socket), and answers with an object that
 * has either "return" or "error" in it; so little needs no library for JSON on the start path. */

#include "network/slirp.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_SECONDS 10

bool slirp_is_needed(void) {
        g_autofree char *pasta = process_find_program("pasta");

        if (pasta)
                return false;
        g_autofree char *slirp = process_find_program("slirp4netns");
        return slirp;
}

static void add(GPtrArray *arguments, const char *option, const char *value) {
        g_ptr_array_add(arguments, value ? g_strconcat(option, "=", value, NULL) : g_strdup(option));
}

GPtrArray *slirp_print(const Slirp *slirp) {
        GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);

        add(arguments, "slirp4netns", NULL);
        add(arguments, "--configure", NULL);
        add(arguments, "--mtu", slirp->mtu ? slirp->mtu : "65520");
        add(arguments, "--cidr", slirp->cidr);
        if (!slirp->maps_loopback)
                add(arguments, "--disable-host-loopback", NULL);
        if (slirp->has_ipv6)
                add(arguments, "--enable-ipv6", NULL);
        if (slirp->outbound)
                add(arguments, "--outbound-addr", slirp->outbound);
        if (slirp->outbound6)
                add(arguments, "--outbound-addr6", slirp->outbound6);
        if (slirp->api_path)
                add(arguments, "--api-socket", slirp->api_path);
        add(arguments, "--enable-sandbox", NULL);
        add(arguments, "--enable-seccomp", NULL);
        add(arguments, "--ready-fd", "0");
        g_ptr_array_add(arguments, g_strdup_printf("%d", (int) slirp->target));
        add(arguments, slirp->interface, NULL);
        g_ptr_array_add(arguments, NULL);
        return arguments;
}

char *slirp_print_port(const SlirpPort *port) {
        return g_strdup_printf(
                "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\"%s\",\"host_addr\":\"%s\","
                "\"host_port\":%u,\"guest_addr\":\"%s\",\"guest_port\":%u}}",
                port->protocol, port->host_address, port->host, port->guest_address, port->guest);
}

static bool connect_to(const char *path, int *ret_fd, GError **error) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};

        if (strlen(path) >= sizeof address.sun_path)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "%s is too long for a socket", path);
        strcpy(address.sun_path, path);
        autofd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
            connect(fd, (struct sockaddr *) &address, sizeof address) < 0)
                return fail_errno(error, errno, "Cannot talk to slirp4netns");
        *ret_fd = steal_fd(&fd);
        return true;
}

bool slirp_publish(const char *api_path, const SlirpPort *port, GError **error) {
        g_autofree char *request = slirp_print_port(port);
        char answer[1024] = "";
        size_t size = 0;
        ssize_t n = 1;
        autofd int fd = -1;

        if (!connect_to(api_path, &fd, error))
                return false;
        if (!file_write_all(fd, request, strlen(request), error) || shutdown(fd, SHUT_WR) < 0)
                return fail_prefix(error, "slirp4netns");
        while (n > 0 && size < sizeof answer - 1) {
                n = read(fd, answer + size, sizeof answer - 1 - size);
                size += n > 0 ? (size_t) n : 0;
        }
        if (strstr(answer, "\"return\""))
                return true;
        return fail(error, WOLFFIA_ERROR_HELPER,
                    "Port %u/%s of the host cannot be published by slirp4netns: %s", port->host,
                    port->protocol, *answer ? answer : "it does not answer");
}
