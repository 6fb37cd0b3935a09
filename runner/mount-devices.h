/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* AddDevice=: nodes of the host, which cannot be made in a user namespace (row U11), so they are bound. */

#include "runner/mount-step.h"

/* Appends to PLANNING->own. What the host lacks is an error, unless it is optional; what the user cannot open is a notice
 * that names the group. */
bool mount_devices_plan(MountPlanning *planning, const char *text, GError **error);
