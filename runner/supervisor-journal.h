/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Waits until the journal has filed what was written to standard output, which is a stream of the journal's, for two
 * seconds at most: a journal that is stalled keeps nobody from ending. */
void supervisor_journal_settle(void);

/* Writes to standard output, a socket or not, without waiting for its reader: EAGAIN instead. */
ssize_t supervisor_journal_put(int fd, bool is_socket, const char *data, size_t size);
