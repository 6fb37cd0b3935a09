/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UnitFile and spec → the text of a .service. Pure. */

#include "generator/unit-kind.h"
#include "spec/reference.h"
#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

/* What a unit in [Unit] that is named by its source file (After=db.container) is called as a service. Caller
 * frees. NULL when there is no such source; then RET_NEAREST (owned by the search) gets the name that is most
 * like it, or NULL. */
typedef char *(*ServiceResolve)(const char *source, const char **ret_nearest, void *data);

typedef struct ServiceInput {
        const UnitFile *unit;
        const char *path;    /* of the source file */
        const char *service; /* web.service */
        SourceKind source_kind;
        const UnitKind *kind;         /* NULL for a kind that only becomes a stub */
        const References *references; /* what values said about other files; NULL: nothing */
        const GPtrArray *members;     /* of a pod: services (char *) that start with it; NULL: none */
        ServiceResolve resolve;
        void *resolve_data;
} ServiceInput;

/* What is wrong in the other sections. */
void service_check(const ServiceInput *input, GPtrArray *problems);

/* Appends the unit to TEXT; SPEC is of the kind. */
void service_print(const ServiceInput *input, const void *spec, GString *text, GPtrArray *problems);

/* Appends the lines of [Service] that make a service of the spec, but for its command. */
void service_print_properties(const ServiceInput *input, const void *spec, GString *text);

/* Appends the unit that takes the place of one which cannot be translated: it says why, and fails. */
void service_print_stub(const ServiceInput *input, const GPtrArray *problems, GString *text);

/* The first line of every unit of ours starts with this. */
#define SERVICE_MARK "# Made by wolffia-generator"
