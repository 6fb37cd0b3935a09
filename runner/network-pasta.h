/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* pasta's command line. */

#include "runner/network.h"

#include <glib.h>

/* The arguments, ended by NULL, for a pasta whose standard input is the container's network namespace and whose standard
 * output is its user namespace. Pure. Caller unrefs. */
GPtrArray *network_pasta_plan(const Network *network);

/* Some distributions have pasta twice: one that looks whether the processor has AVX2, and pasta.avx2, which that one then
 * executes. Lets ARGUMENTS name the second at once where it would come to that, which saves the way there. */
void network_pasta_skip_detour(GPtrArray *arguments);
