/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Work in a child that is alone in a cgroup of its own, of version 2. */

#include <glib.h>
#include <stdbool.h>

/* CGROUP is the path of the child's cgroup. Its error fails the test. */
typedef bool (*OwnCgroupWork)(const char *cgroup, GError **error);

/* Skips the test where no cgroup can be made. All cgroups below are removed at the end. */
void own_cgroup_run(OwnCgroupWork work);
