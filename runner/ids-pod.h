/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The ids of a member of a pod: those of the pod, unless the member says which it wants. */

#include "base/id-map.h"
#include "runner/run.h"

/* The map of the pod that runs; NULL for who is no member, says UserNS=, UIDMap= or GIDMap= itself, or where no such pod runs,
 * which join_find() reports.
 *
 * Runs in:  the runner; needs run->session */
bool ids_pod_find(const Run *run, IdMap **ret_map, GError **error);
