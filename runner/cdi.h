/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Devices by their names of the Container Device Interface, vendor.com/class=name. */

#include "spec/container-spec.h"

/* Replaces such names in SPEC by the nodes, files and variables that the host's specifications say, which `wolffia cdi`
 * reads: this program links no JSON. Without such a name nothing is done.
 *
 * Runs in:  the runner, before anything is planned */
bool cdi_expand(ContainerSpec *spec, GError **error);
