/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UnitFile and ContainerSpec → the text of a .service. Pure. */

#include "spec/container-spec.h"
#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

/* What a unit in [Unit] that is named by its source file (After=db.container) is called as a service. Caller
 * frees; NULL when there is no such source. */
typedef char *(*ServiceResolve)(const char *source, void *data);

typedef struct ServiceInput {
        const UnitFile *unit;
        const char *path;    /* of the source file */
        const char *service; /* web.service */
        const char *section; /* that is not copied: "Container" */
        ServiceResolve resolve;
        void *resolve_data;
} ServiceInput;

/* Sets what follows from the unit: the container's name, the unit's name. */
void service_complete(const ServiceInput *input, ContainerSpec *spec);

/* What is wrong in the other sections. */
void service_check(const ServiceInput *input, GPtrArray *problems);

/* Appends the unit to TEXT. */
void service_print(const ServiceInput *input, const ContainerSpec *spec, GString *text, GPtrArray *problems);

/* Appends the unit that takes the place of one which cannot be translated: it says why, and fails. */
void service_print_stub(const ServiceInput *input, const GPtrArray *problems, GString *text);

/* The first line of every unit of ours starts with this. */
#define SERVICE_MARK "# Made by wolffia-generator"
