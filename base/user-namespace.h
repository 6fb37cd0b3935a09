/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A child that works with subordinate ids: unpacks layers, removes what a container left. */

#include "base/id-map.h"

#include <glib.h>
#include <stdbool.h>

/* Runs in the child, as root of its user namespace. Its error becomes the parent's. */
typedef bool (*UserNamespaceWork)(void *data, GError **error);

/* Forks, gives the child a user namespace with MAP, lets it do WORK, and waits for its end. The child shares
 * nothing but descriptors and folders; changes to DATA stay in it. It dies with the parent. */
bool user_namespace_run(const IdMap *map, UserNamespaceWork work, void *data, GError **error);

/* Says why the kernel refuses a user namespace, with what would allow it; where nothing of that kind is found, WHAT and the error's
 * own text. Returns false. */
bool user_namespace_explain(int errno_value, const char *what, GError **error);
