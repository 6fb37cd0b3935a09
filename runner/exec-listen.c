/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bound by the open folder, since the whole path may be longer than a socket's address. */

#include "runner/exec-listen.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/exec-message.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { BACKLOG = 64 };

bool exec_listen(const char *folder, int *ret_fd, GError **error) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        autofd int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0)
                return fail_errno(error, errno, "Cannot open %s", folder);
        (void) unlinkat(folder_fd, EXEC_SOCKET_NAME, 0);
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" EXEC_SOCKET_NAME, folder_fd);
        autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || bind(fd, (const struct sockaddr *) &address, sizeof address) < 0 ||
            listen(fd, BACKLOG) < 0)
                return fail_errno(error, errno, "Cannot make the socket %s/" EXEC_SOCKET_NAME, folder);
        *ret_fd = steal_fd(&fd);
        return true;
}
