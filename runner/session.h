/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's session as the runner finds it: never a guess in /tmp (SHORTCOMINGS.md, rows B1 to B4). */

#include <glib.h>
#include <stdbool.h>

typedef struct Session {
        char *runtime_dir;       /* $XDG_RUNTIME_DIR, verified: ours, mode 0700 */
        char *bus_path;          /* the user bus, NULL where there is none: nothing here needs it */
        char *container_dir;     /* RuntimeDirectory= of the unit, or wolffia/NAME below runtime_dir */
        bool is_lingering;       /* logind keeps the user manager after logout */
        bool owns_container_dir; /* no unit made container_dir, so we remove it */
} Session;

/* Runs in:  the runner, first of all
 * Needs:    nothing; $XDG_RUNTIME_DIR may be unset (su, sudo, cron)
 * Leaves:   nothing; container_dir is made by who holds the container's lock */
bool session_find(const char *container_name, Session *ret_session, GError **error);
void session_clear(Session *session);
