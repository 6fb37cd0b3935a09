/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What each kind of source file becomes: which section is read how, and the service that comes out. */

#include "generator/source.h"
#include "spec/key-load.h"

typedef struct UnitKind {
        const KeyLoader *loader;
        const char *command;  /* program and fixed words of ExecStart= */
        size_t name_offset;   /* of the field with the name; with NAME_KEY only */
        size_t unit_offset;   /* of the field with the unit's name */
        const char *name_key; /* of the name that others mean; NULL: the kind has none */
        bool (*check_name)(const char *name, GError **error);
        const char *manual; /* page of wolffia(1)'s section 5 */
        bool is_oneshot; /* it makes something and ends; otherwise a program stays, and says when it is ready */
        bool restarts; /* Restart=on-failure, unless the file says otherwise */
} UnitKind;

/* NULL for kinds that cannot be translated (source_refusal()). */
const UnitKind *unit_kind_find(SourceKind kind);

/* The section that is read and not copied: "Container". */
const char *unit_kind_section(const UnitKind *kind);

/* Sets what SPEC does not say and follows from the names of the file and its unit: the resource's name, the
 * unit's. */
void unit_kind_complete(SourceKind kind, const char *source_name, const char *service, void *spec);

/* What other files mean by the name of this one: the name of the container, volume, network, pod, image.
 * Caller frees; NULL when SPEC does not say. */
char *unit_kind_resource(SourceKind kind, const void *spec);
