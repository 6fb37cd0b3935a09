/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What would make every later stage fail with a bare EPERM, found beforehand and explained. */

#include <glib.h>
#include <stdbool.h>

/* Runs in:  the runner, before anything is made
 * Needs:    nothing
 * Leaves:   nothing; each finding says its cause and the cheapest remedy */
bool preflight_check(GError **error);

/* Its parts: that newuidmap may work (row C4, seccomp filters), that there is more than one id (row C4, namespaces), and that the
 * cgroups are of version 2 (row C1). */
bool preflight_check_new_privileges(GError **error);
bool preflight_check_user_namespace(GError **error);
bool preflight_check_cgroup(GError **error);
