/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* StopSignal=, --stop-signal: "SIGTERM", "TERM", "15", "SIGRTMIN+3"; names in any case. */
bool value_signal_parse(const char *text, int *ret_signal, GError **error);
