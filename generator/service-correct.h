/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What people write in systemd's own sections, out of habit or by a slip, and what a unit without podman makes of it. */

#include "spec/unit-file.h"

#include <glib.h>

/* Corrects UNIT where what was meant is clear, and says so: Restart=unless-stopped, Requires=podman.socket, %D. Names what
 * nobody would notice otherwise: keys and sections that do not exist, `podman …` in Exec lines. To be called first. */
void service_correct(UnitFile *unit, GPtrArray *problems);
