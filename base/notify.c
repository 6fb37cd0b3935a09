/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One datagram per message to the socket that $NOTIFY_SOCKET names. */

#include "base/notify.h"

#include "base/cleanup.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

bool notify_send(const char *message) {
        const char *path = g_getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (!path || strlen(path) >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
                return false;
        memcpy(address.sun_path, path, strlen(path));
        if (path[0] == '@') /* the abstract name space, unix(7) */
                address.sun_path[0] = '\0';

        autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return false;
        socklen_t size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(path));
        return sendto(fd, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *) &address,
                      size) >= 0;
}

bool notify_sendf(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *message = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        return notify_send(message);
}

bool notify_status(const char *text) {
        g_autofree char *line = g_strdelimit(g_strdup(text), "\n", ' ');

        return notify_sendf("STATUS=%s", line);
}
