/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The last words of a short life.
 *
 * journald learns the unit of a stream from its writer's cgroup, in /proc, when it reads the first line. A writer that
 * is gone by then has no unit, and the line is in no `journalctl --user -u`: what a payload says right before it
 * fails is what its user wants to read most. So the supervisor, which is the writer, stays until the line is filed. */

#include "runner/supervisor-journal.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MSEC = 1000 };

/* unix(7): SIOCOUTQ is what was written and not yet read at the other end. */
static bool wait_until_read(int fd) {
        int unread = 0;

        for (int waited = 0; waited < PATIENCE_MSEC; waited++) {
                if (ioctl(fd, SIOCOUTQ, &unread) < 0)
                        return false;
                if (unread == 0)
                        return true;
                (void) poll(NULL, 0, 1);
        }
        return false;
}

void supervisor_journal_settle(void) {
        struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/stdout"};
        /* Identifier, unit, priority, prefixes, and three places to forward to (systemd's "Native Journal Protocol"
         * does not describe streams; sd_journal_stream_fd(3) writes the same). */
        static const char header[] = "wolffia-supervisor\n\n6\n0\n0\n0\n0\n";

        if (!wait_until_read(STDOUT_FILENO))
                return;
        /* What is read is not filed yet. journald does one thing after the other: once it has read from a second
         * stream, it is done with the first. Nothing is logged by this one. */
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return;
        if (connect(fd, (const struct sockaddr *) &address, sizeof address) == 0 &&
            send(fd, header, sizeof header - 1, MSG_NOSIGNAL) > 0)
                (void) wait_until_read(fd);
        close(fd);
}

/* write(2) that does not wait. O_NONBLOCK would do, but belongs to whoever else has the same pipe or
 * terminal open, and would outlive us there. A pipe that poll() calls writable takes PIPE_BUF bytes, and
 * that is our buffer (pipe(7)). */
ssize_t supervisor_journal_put(int fd, bool is_socket, const char *data, size_t size) {
        if (is_socket)
                return sendto(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);

        struct pollfd event = {.fd = fd, .events = POLLOUT};
        if (poll(&event, 1, 0) == 0) {
                errno = EAGAIN;
                return -1;
        }
        return write(fd, data, size);
}
