/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The mounts that Volume=, Mount= and Tmpfs= ask for. */

#include "runner/mount-step.h"

/* Append to PLANNING->own; the error names key and value. */
bool mount_user_plan_tmpfs(MountPlanning *planning, const char *text, GError **error);
bool mount_user_plan_volume(MountPlanning *planning, const char *text, GError **error);
bool mount_user_plan_mount(MountPlanning *planning, const char *text, GError **error);
