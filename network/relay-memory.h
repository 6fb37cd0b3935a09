/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The relay's memory, which has no heap (base/bare-system.c): places of one size, for what comes and goes, in pages that
 * are given back when nothing is left in them. Nothing but libc. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct RelayPage RelayPage;

typedef struct RelayPool {
        size_t size;      /* of a place, far less than a page */
        RelayPage *pages; /* those with free places */
} RelayPool;

/* Zeros, which take no memory until they are written to, for as long as the relay runs; NULL: there is none. */
void *relay_memory_map(size_t size);

/* With anything in it; NULL: there is none. */
void *relay_memory_take(RelayPool *pool);
void relay_memory_give(RelayPool *pool, void *what);
