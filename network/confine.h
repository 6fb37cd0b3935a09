/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Programs of a network read what payloads send, while they stand in the user namespace of all networks and in the
 * user's own files. Before the first byte they give up all that they need no more. Nothing but libc. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Leaves the CAPABILITIES (bits) of the user namespace, in no set that execve() would pass on, and of the kernel's calls
 * those in CALLS; the others fail with EPERM. Calls that this list has of its own: memory, clocks, close(), poll and the
 * way out of the process. socket() is for TCP and UDP alone, wherever CALLS has it.
 *
 * Runs in:  the process itself, when its sockets are open; threads that are there already keep all
 * Needs:    CAP_SETPCAP in its user namespace
 * Leaves:   no_new_privs set, the bounding set empty. False: errno tells why, and privileges may be left. A kernel
 *           without filters, or an architecture that is unknown here, goes without the filter */
bool confine(uint64_t capabilities, const int *calls, size_t count);
