/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Tells the service manager, where there is one. */
void supervisor_notify(const char *message, size_t size);

/* Passes on one notification of the payload's, less what is not its business. That an unhealthy one is well is not either. */
void supervisor_notify_relay(int fd, bool is_unhealthy);
