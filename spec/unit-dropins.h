/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which drop-ins a unit file has, over all folders of the search, and in which order they apply. */

#include "spec/unit-file.h"
#include "spec/unit-read.h"

#include <glib.h>
#include <stdbool.h>

/* The .d folders that a search has met, by name. */
typedef struct UnitDropins UnitDropins;

UnitDropins *unit_dropins_new(void);
void unit_dropins_free(UnitDropins *dropins);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UnitDropins, unit_dropins_free)

/* PATH is a folder like /home/x/.config/wolffia/web.container.d. Those added first win over later ones of
 * the same name. */
void unit_dropins_add(UnitDropins *dropins, const char *path);

/* The drop-ins of the unit file NAME, as absolute paths (char *) in the order in which they apply. Caller
 * unrefs. */
GPtrArray *unit_dropins_find(const UnitDropins *dropins, const char *name);

/* Reads them all into UNIT. */
void unit_dropins_load(const UnitDropins *dropins, const char *name, UnitReader *reader, UnitFile *unit,
                       GPtrArray *problems);
