/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is left of podman in files that were written for it: its units, its socket, its command. */

#include "spec/unit-file.h"

#include <glib.h>

/* LINE is a dependency of [Unit]: takes podman.socket and its like out of it, which would keep the unit from starting where
 * podman is gone. Where the container mounts podman's socket they are wanted instead, so that it is there where podman
 * is. */
void service_podman_depend(UnitFile *unit, const UnitAssignment *line, GPtrArray *problems);

/* LINE is an Exec line of [Service]: a call of podman is named, with what to write instead. */
void service_podman_check_command(const UnitAssignment *line, GPtrArray *problems);
