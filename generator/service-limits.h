/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Limits that a container asks for in podman-run(1)'s words, as properties of its unit (systemd.resource-control(5)): there
 * systemd enforces them, and `systemctl set-property` changes them. Pure. */

#include "generator/service.h"
#include "spec/container-spec.h"

#include <glib.h>

/* Reports limits that cannot be translated, and sets SPEC's limits: the names of all that the unit asks for, in whichever
 * words, so that the runner can look whether they are in force. */
void service_limits_check(const ServiceInput *input, ContainerSpec *spec, GPtrArray *problems);

/* Appends the properties, but for those that [Service] has itself. */
void service_limits_print(const ServiceInput *input, const ContainerSpec *spec, GString *text);
