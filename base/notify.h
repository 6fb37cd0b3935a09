/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The notification protocol of sd_notify(3), which documents it for being spoken without libsystemd: that
 * library brings libgcrypt and three compressors along, 0.7 ms of each start. */

#include <stdbool.h>

/* Sends one message ("READY=1", "STATUS=…\nEXTEND_TIMEOUT_USEC=…") to the service manager. False when there
 * is none, or it cannot be reached; a caller seldom cares. */
bool notify_send(const char *message);

bool notify_sendf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sends TEXT as STATUS=, in one line: behind a line end the service manager would read further assignments, and the words
 * of an error may be an image's or a registry's. */
bool notify_status(const char *text);
