/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The payload's environment: the image's, ours, EnvironmentFile=, Environment=, each over what came before
 * (podman-run(1), "Environment"). */

#include "image/record.h"
#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>

/* KEY=VALUE, in order of first appearance; the caller adds HOME, which the image's passwd knows. IMAGE may
 * be NULL. Reads the environment files. Caller unrefs. */
bool environment_plan(const ContainerSpec *spec, const ImageRecord *image, const char *host_name,
                      GPtrArray **ret_environment, GError **error);

/* The value of KEY, or NULL. */
const char *environment_find(const GPtrArray *environment, const char *key);

/* Sets KEY=VALUE, replacing what is there. */
void environment_set(GPtrArray *environment, const char *assignment);

/* How long systemd waits for a sign of life, in microseconds (WatchdogSec=, sd_watchdog_enabled(3)); 0: it does not, or it is
 * somebody else's. */
guint64 environment_find_watchdog(void);

/* One file: KEY=VALUE lines, verbatim to the end of the line, KEY alone for the value of our own
 * environment, comments with "#" (podman-run(1), --env-file). */
void environment_parse_file(const char *text, GPtrArray *environment);
