/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What other files stand for: the finder behind References. Files that are referred to are read a second
 * time, each once. */

#include "generator/search.h"
#include "spec/reference.h"
#include "spec/unit-read.h"

typedef struct Lookup Lookup;

Lookup *lookup_new(const Search *search, UnitReader *reader);
void lookup_free(Lookup *lookup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lookup, lookup_free)

/* Makes REFERENCES find files by LOOKUP. */
void lookup_connect(Lookup *lookup, References *references);

/* The service of the file NAME, also when it has a fault: ServiceResolve. */
char *lookup_service(const char *name, const char **ret_nearest, void *lookup);
