/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Work in a child that is root of a user namespace, whoever runs the tests: root writes any map, an ordinary user has one
 * id, and more where /etc/subuid and newuidmap give them. */

#include "base/user-namespace.h"

#include <stdbool.h>

/* Runs WORK with a single id; skips the test and returns false where the kernel refuses user namespaces. */
bool mapped_run_single(UserNamespaceWork work, void *data);

/* The same with at least 1000 subordinate ids behind the user's own. */
bool mapped_run_many(UserNamespaceWork work, void *data);

/* The map of mapped_run_many(); NULL, and the test skipped, where there is none. */
IdMap *mapped_plan_many(void);

/* For WORK: a mount namespace of its own, from which nothing gets out. */
bool mapped_unshare_mounts(GError **error);
