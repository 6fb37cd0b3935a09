/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* ContainerSpec ⇄ the runner's command line, both by the key table. */

#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>

/* Reads the arguments behind the program's name, ended by NULL, as podman-run(1) does: options, then the
 * image (not after --rootfs), then the command, which is taken as it stands. Values are not checked here but
 * where they are used. */
bool container_options_parse(const char *const *arguments, ContainerSpec **ret_spec, GError **error);

/* The arguments that give SPEC back, as an array of char *. Caller unrefs. */
GPtrArray *container_options_print(const ContainerSpec *spec);
