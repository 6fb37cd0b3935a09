/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Units of others that have the name of one of ours: systemd takes one, and nobody would know why the other has no
 * effect. Told, never fought over. */

#include <glib.h>

typedef struct Shadow Shadow;

/* PODMAN_GENERATOR is where Podman's own generator would be. */
Shadow *shadow_new(const char *podman_generator);
void shadow_free(Shadow *shadow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Shadow, shadow_free)

/* What becomes of the unit SERVICE, made from the file PATH, as a sentence that names the winner; NULL when it has its name
 * for itself. A name that the user has masked is no fault. Caller frees. */
char *shadow_find(Shadow *shadow, const char *service, const char *path);

#define SHADOW_PODMAN_GENERATOR "/usr/lib/systemd/user-generators/podman-user-generator"
