/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The mounts that Volume=, Mount= and Tmpfs= ask for. */

#include "runner/mount-step.h"

/* Append to PLANNING->own; the error names key and value. */
bool mount_user_plan_tmpfs(MountPlanning *planning, const char *text, GError **error);
bool mount_user_plan_volume(MountPlanning *planning, const char *text, GError **error);
/* A folder that the image declares as a volume: writable with ReadOnly=, unless the user mounts something there. */
void mount_user_plan_image_volume(MountPlanning *planning, const char *target);
/* Its folder is mounted elsewhere (runner/rootfs.c); what the kernel does not do with it is told. */
bool mount_user_plan_rootfs(MountPlanning *planning, const char *text, GError **error);
bool mount_user_plan_mount(MountPlanning *planning, const char *text, GError **error);
