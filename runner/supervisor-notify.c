/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The protocol of sd_notify(3), spoken directly. */

#include "runner/supervisor-notify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void supervisor_notify(const char *message, size_t size) {
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (!path || strlen(path) >= sizeof address.sun_path)
                return;
        memcpy(address.sun_path, path, strlen(path));
        if (path[0] == '@')
                address.sun_path[0] = '\0';
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return;
        socklen_t length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(path));
        (void) sendto(fd, message, size, MSG_NOSIGNAL, (const struct sockaddr *) &address, length);
        close(fd);
}

/* What a payload may tell the service manager about itself. MAINPID=, FDSTORE= and the like are not its
 * business. */
static bool is_allowed(const char *line, size_t size, bool is_unhealthy) {
        static const char *const allowed[] = {
                "WATCHDOG=1", "READY=1", "RELOADING=1",          "STOPPING=1",
                "STATUS=",    "ERRNO=",  "EXTEND_TIMEOUT_USEC=", "MONOTONIC_USEC="};

        /* The first one is what it may not say. */
        for (size_t i = is_unhealthy ? 1 : 0; i < sizeof allowed / sizeof *allowed; i++)
                if (size >= strlen(allowed[i]) && memcmp(line, allowed[i], strlen(allowed[i])) == 0)
                        return true;
        return false;
}

void supervisor_notify_relay(int fd, bool is_unhealthy) {
        char message[4096];
        size_t kept = 0;

        /* Descriptors that come along are not received, so the kernel closes them. */
        ssize_t size = recv(fd, message, sizeof message, MSG_DONTWAIT);
        if (size <= 0)
                return;
        for (size_t start = 0; start < (size_t) size;) {
                const char *newline = memchr(message + start, '\n', (size_t) size - start);
                size_t length = newline ? (size_t) (newline - message) - start : (size_t) size - start;
                if (is_allowed(message + start, length, is_unhealthy)) {
                        memmove(message + kept, message + start, length);
                        kept += length;
                        if (kept < sizeof message)
                                message[kept++] = '\n';
                }
                start += length + 1;
        }
        if (kept > 0)
                supervisor_notify(message, kept);
}
