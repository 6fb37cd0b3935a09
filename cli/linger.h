/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether the user's services outlive logins. */

#include <glib.h>
#include <stdbool.h>

/* Asks logind, and waits until it is in force: with ON, until the user's manager takes commands. */
bool linger_set(bool on, GError **error);
