/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Verbs that do one thing to each of the containers that are named. */

#include "cli/manager.h"
#include "cli/verb.h"

/* DATA is the verb's own. */
typedef bool (*EachAct)(Manager *manager, const char *name, void *data, GError **error);

/* Parses a command line of ENTRIES, which may be NULL, and names, and acts on each for itself: one that fails does not keep
 * the others. Returns the exit status. */
int each_container(const Verb *verb, const GOptionEntry *entries, const char *description, int argc,
                   char **argv, EachAct act, void *data);
