/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One buffer, which is full or empty: what is not taken stays in the pipe, and the payload waits, as it would before any pipe. */

#include "runner/supervisor-output.h"

#include "runner/supervisor-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

void supervisor_output_open(SupervisorOutput *output) {
        struct stat status;

        if (output->fd >= 0) /* our end of a pipe of our own */
                (void) fcntl(output->fd, F_SETFL, O_NONBLOCK);
        output->is_socket = fstat(STDOUT_FILENO, &status) == 0 && S_ISSOCK(status.st_mode);
}

bool supervisor_output_is_full(const SupervisorOutput *output) {
        return output->start < output->end;
}

/* Gives what is in the buffer on. False: it takes no more for now. */
static bool flush(SupervisorOutput *output) {
        bool is_socket = output->is_socket && output->sink_fd == STDOUT_FILENO;

        while (output->start < output->end) {
                ssize_t n =
                        supervisor_journal_put(output->sink_fd, is_socket, output->buffer + output->start,
                                               output->end - output->start);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        return false;
                if (n < 0) /* nobody reads any more; the payload must not block on that */
                        break;
                output->start += (size_t) n;
                output->has_written = true;
        }
        output->start = output->end = 0;
        return true;
}

bool supervisor_output_copy(SupervisorOutput *output) {
        while (flush(output)) {
                ssize_t n = read(output->fd, output->buffer, sizeof output->buffer);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        return false;
                if (n <= 0) { /* every writer has closed it; the payload itself may live on */
                        close(output->fd);
                        output->fd = -1;
                        return false;
                }
                output->end = (size_t) n;
        }
        return true;
}

void supervisor_output_drain(SupervisorOutput *output) {
        while (output->fd >= 0 && supervisor_output_copy(output)) {
                struct pollfd event = {.fd = output->sink_fd, .events = POLLOUT};
                if (poll(&event, 1, -1) < 0 && errno != EINTR)
                        return;
        }
}
